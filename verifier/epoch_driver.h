// Does what the clock says is due: entropy, audits, seals. Everything that counts is on disk before
// the next step, so a restart goes on where the last run stopped.
//
// One thread at a time; the service calls it under one lock.
#pragma once
#include <functional>
#include <optional>
#include <variant>

#include "core/clock.h"
#include "rewards/policy.h"
#include "verifier/agreement.h"
#include "verifier/complaints.h"
#include "verifier/entropy_source.h"
#include "verifier/evidence_meter.h"
#include "verifier/ingest.h"
#include "verifier/judge.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

struct DriverRules {
  NetworkId network = 0;
  UnixNanos commit_ahead = 0;
  // What one question to the node may take. Near the next round's opening it is not asked, so that
  // a node that hangs cannot delay a link. Zero under a virtual clock: time stands still.
  UnixNanos node_patience = 0;
  // Who takes messages in; borrowed. Told before an epoch's messages are read that the time has
  // come: a request that waits, or a clock that is set back, would otherwise bring messages that
  // count as in time and yet were not there to be drawn,
  //
  //     every message not read for the draw has received >= draw_time
  //
  // Null where nobody takes any meanwhile.
  Ingest* ingest = nullptr;
  // Who measures samples; borrowed. Null: this process does.
  EvidenceMeter* meter = nullptr;
  // Told of an epoch once it is sealed here, with what it was sealed from.
  std::function<void(const EpochRecord&, const EpochOutcome&)> on_sealed = {};
  // The other verifiers, borrowed; null when there are none.
  Agreement* agreement = nullptr;
};

class ChannelDesk;

class EpochDriver {
 public:
  // All are borrowed; `channels` may be none.
  EpochDriver(const rewards::Policy& policy, const DriverRules& rules, MessageStore& store,
              RegistryStore& registry, EntropyMaker& entropy, spdlog::logger& log,
              ChannelDesk* channels = nullptr)
      : policy_(policy),
        rules_(rules),
        store_(store),
        registry_(registry),
        entropy_(entropy),
        meter_(rules.meter != nullptr ? *rules.meter : own_meter_),
        log_(log),
        channels_(channels),
        complaints_(log) {}

  // Tells the ingest what the last run told it, and notes since when nobody was there. Before the
  // first request is taken in.
  Result<void> resume(UnixNanos now);

  // Notes that the service is there, on disk once a minute. `tick` does it.
  void beat(UnixNanos now);

  // Everything due at `now`; rounds that opened in (since, now] get their entropy. What fails is
  // logged and due again at the next call.
  void tick(UnixNanos since, UnixNanos now);

  // Moves a virtual clock to `time`, stopping at everything that is due on the way. Errc::usage
  // when that is in the past. The registry knows the time when it returns.
  Result<void> move_clock(VirtualClock& clock, UnixNanos time);

 private:
  void start_first_epoch(UnixNanos now);
  void make_entropy(UnixNanos since, UnixNanos now);
  // The next instant after `now` at which an epoch-level step is due.
  UnixNanos next_step_after(UnixNanos now) const;

  void step_epochs(UnixNanos now);
  void close_agreed_epochs(std::uint64_t first, UnixNanos now);
  // True when `epoch` is sealed.
  Result<bool> step_epoch(std::uint64_t epoch, UnixNanos now);
  Result<bool> step_agreed_epoch(std::uint64_t epoch, UnixNanos now);
  Result<bool> adopt(std::uint64_t epoch, UnixNanos now);
  // What draws the epoch's audits; nothing when nothing can yet, or nothing will.
  Result<std::optional<AuditDraw>> find_draw(std::uint64_t epoch, UnixNanos now);
  UnixNanos audits_end(std::uint64_t epoch) const;
  std::vector<Outage> outages_until_draw(std::uint64_t epoch) const;
  Result<void> note_outage(UnixNanos now);
  Result<void> draw_audits_of(std::uint64_t epoch, UnixNanos now);
  // True when every audit has its answer, then every pair of snippets.
  Result<bool> hold_audits(std::uint64_t epoch, UnixNanos now);
  Result<bool> hold_audit(const AuditTask& task, UnixNanos now);
  Result<bool> correlate_noise(std::uint64_t epoch);
  Result<EpochRecord> measured_record(std::uint64_t epoch);
  // Chunks and report of an audit.
  Result<std::variant<Evidence, AuditRecord>> evidence_of(const Hash256& report);
  Result<void> seal(std::uint64_t epoch, UnixNanos now);
  Result<EpochRecord> read_epoch(std::uint64_t epoch, UnixNanos now);

  const rewards::Policy& policy_;
  DriverRules rules_;
  MessageStore& store_;
  RegistryStore& registry_;
  EntropyMaker& entropy_;
  OwnProcessMeter own_meter_;
  EvidenceMeter& meter_;
  spdlog::logger& log_;
  ChannelDesk* channels_;
  Complaints complaints_;
  std::vector<Outage> outages_;  // All of the last runs; none is added while this one is there.
  std::optional<UnixNanos> beat_;
};

}  // namespace earshot::verifier
