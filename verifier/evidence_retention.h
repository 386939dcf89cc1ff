// Deletes the snippets that nobody can need any more: those of an epoch whose root has matured on
// chain, so that nothing can be proven against it; without a chain those of an epoch that was
// sealed some days ago.
//
//     deleted only when sealed and (matured, or seal + keep <= now);   oldest first
//
// Chunks go first, then it is noted that they went: what a crash cuts is done again. One thread at
// a time, any, beside the driver's.
#pragma once
#include <functional>
#include <optional>

#include "rewards/policy.h"
#include "verifier/complaints.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

struct RetentionRules {
  UnixNanos keep = 0;  // After the seal, where no chain is followed.
  // The last epoch whose root matured, nothing before the first. Absent: no chain is followed.
  std::function<Result<std::optional<std::uint64_t>>()> matured = {};
  UnixNanos pause = 0;  // Between two looks.
};

class EvidenceRetention {
 public:
  // All are borrowed.
  EvidenceRetention(const rewards::Policy& policy, RetentionRules rules, MessageStore& store,
                    RegistryStore& registry, spdlog::logger& log)
      : policy_(policy),
        rules_(std::move(rules)),
        store_(store),
        registry_(registry),
        log_(log),
        complaints_(log) {}

  // Deletes what is due. What fails is logged and due again at the next call.
  void tick(UnixNanos now);

 private:
  // The last epoch that is due; nothing when none is.
  Result<std::optional<std::uint64_t>> last_due(UnixNanos now);
  Result<void> forget_due(UnixNanos now);

  const rewards::Policy& policy_;
  RetentionRules rules_;
  MessageStore& store_;
  RegistryStore& registry_;
  spdlog::logger& log_;
  Complaints complaints_;
  std::optional<UnixNanos> looked_;
};

}  // namespace earshot::verifier
