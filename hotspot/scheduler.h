// When this hotspot speaks: sortition, VRF, power and duty cycle put together into a plan.
//
// A hotspot's slot in a window is the first that any of its rounds gives (core/sortition.h), heard
// or not: whoever was off the air when it came waits for the next window. So the scheduler wants
// every round of a window, in order.
#pragma once
#include <optional>
#include <string>

#include "core/clock.h"
#include "hotspot/duty_ledger.h"
#include "hotspot/settings.h"

namespace earshot::hotspot {

// One beacon, ready to be modulated: radio::beacon_params(slot.spreading_factor, bandwidth_hz) and
// `payload`.
struct BeaconPlan {
  Round round = 0;
  Slot slot;
  std::uint32_t bandwidth_hz = kBeaconBandwidthHz;
  Tag tag{};
  VrfProof proof{};
  std::int32_t power_cdbm = 0;  // Conducted: max EIRP - antenna gain + power step.
  Instant start;                // First preamble chirp at the antenna port.
  Instant anchor;               // What transmit times name: end of the 2.25 down-chirps.
  Picoseconds airtime{};
  Bytes payload;  // kBeaconPayloadSize
};

// At most one of the two is there.
struct RoundPlan {
  std::optional<BeaconPlan> beacon;
  std::optional<SilenceReason> silence;  // There was a slot, and it must stay silent.
};

class Scheduler {
 public:
  // `identity`, `settings` and `ledger` are borrowed and outlive the scheduler.
  Scheduler(const Identity& identity, const Settings& settings, DutyLedger& ledger);

  // `entropy` is nothing for a skipped round. `now`: a slot that has begun is missed, not sent
  // late; planning one round again before its slot gives the same plan. The air time is in the
  // ledger, on disk, when a plan comes back. Errc::usage when earlier rounds of the window have not
  // been shown (the error names them); Errc::unavailable when the ledger cannot be written.
  Result<RoundPlan> plan(Round round, const std::optional<Entropy>& entropy, UnixNanos now);

  // First round that `plan` would accept with nothing missing: the opening of `round`'s window, or
  // the first one not shown yet.
  Round first_unseen(Round round) const;

 private:
  Result<RoundPlan> plan_slot(Round round, const Entropy& entropy, const Slot& slot, UnixNanos now);

  const Identity& identity_;
  const Settings& settings_;
  DutyLedger& ledger_;
  Round next_ = 0;                   // Every round of its window before this one has been shown.
  std::optional<Round> slot_round_;  // Of the window of next_ - 1, once found.
};

}  // namespace earshot::hotspot
