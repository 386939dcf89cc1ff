// Puts away the headers, reports and notices of epochs that are over for good: what everybody needs
// of them is in the sealed record and in the network log.
//
//     deleted only when sealed, published, seal + keep <= now, and its snippets are gone already
//     (verifier/evidence_retention.h: its root has matured);   oldest first
//
//     every message of an epoch whose messages are deleted is in its record, or is listed among
//     those that came too late for it (RegistryStore::after_seal)
//
// Never deleted: onboardings and their headers, proofs of equivocation, the intake log. From before
// the first deletion on the intake refuses what is as old, since nobody can say any more whether it
// is new. Every step can be done again: what a crash cuts goes on at the next start.
//
// One thread at a time, any, beside the driver's; `stop` from any other.
#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <set>

#include "rewards/policy.h"
#include "verifier/complaints.h"
#include "verifier/ingest.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

struct MessageRetentionRules {
  UnixNanos keep = 0;   // After the seal.
  UnixNanos pause = 0;  // Between two looks.
  // Entries of the network log that can be fetched. Absent: nothing is published here.
  std::function<std::uint64_t()> published = {};
  // What several verifiers told each other of an epoch goes as well. Absent: there is one.
  std::function<Result<void>(std::uint64_t epoch)> forget_agreement = {};
};

class MessageRetention {
 public:
  // All are borrowed.
  struct Parts {
    const rewards::Policy& policy;
    MessageStore& store;
    RegistryStore& registry;
    Ingest& ingest;
    spdlog::logger& log;
  };
  MessageRetention(const Parts& parts, MessageRetentionRules rules)
      : parts_(parts), rules_(std::move(rules)), complaints_(parts.log) {}

  // Deletes what is due. What fails is logged and due again at the next call.
  void tick(UnixNanos now);
  // The tick that runs ends soon, and none does anything any more.
  void stop() { stopping_ = true; }

 private:
  Result<void> forget_due(UnixNanos now);
  // The epoch as it was sealed when its messages may go; nothing when they may not.
  Result<std::optional<SealedEpoch>> due(std::uint64_t epoch, UnixNanos now) const;
  Result<void> forget(const SealedEpoch& sealed, Round first);
  struct Passing;  // What is known of the epoch whose messages go.
  Result<void> keep_traces(const Passing& passing, Round first, Round end);
  Result<void> sweep_headers();

  Parts parts_;
  MessageRetentionRules rules_;
  Complaints complaints_;
  std::optional<UnixNanos> looked_;
  std::atomic<bool> stopping_{false};
};

}  // namespace earshot::verifier
