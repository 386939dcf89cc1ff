#include "hotspot/scheduler.h"

#include <algorithm>

namespace earshot::hotspot {
namespace {

UnixNanos nanos_of(Instant instant) {
  return instant.seconds * kNanosPerSecond + instant.picos / 1000;
}

BeaconPlan make_plan(const Identity& identity, Round round, const Entropy& entropy,
                     const Slot& slot) {
  BeaconPlan plan;
  plan.round = round;
  plan.slot = slot;
  plan.proof = vrf_prove(identity.vrf, entropy);
  plan.start = instant_of_round(round) + slot.start;
  plan.anchor = plan.start + beacon_anchor_offset(slot.spreading_factor, plan.bandwidth_hz);
  plan.airtime = beacon_airtime(slot.spreading_factor, plan.bandwidth_hz);
  return plan;
}

}  // namespace

Identity identity_from_seed(const ByteArray<32>& seed) {
  return {signing_key_from_seed(seed), vrf_key_from_seed(seed)};
}

Scheduler::Scheduler(const Identity& identity, const Settings& settings, DutyLedger& ledger)
    : identity_(identity), settings_(settings), ledger_(ledger) {}

Round Scheduler::first_unseen(Round round) const {
  const Round opening = round - round % settings_.sortition.window_rounds;
  return std::max(opening, std::min(next_, round));
}

Result<RoundPlan> Scheduler::plan(Round round, const std::optional<Entropy>& entropy,
                                  UnixNanos now) {
  if (!settings_.transmits) return RoundPlan{};
  // Without a region there is no slot: nobody can say which channel was meant.
  const Region* region = settings_.region ? find_region(*settings_.region) : nullptr;
  if (region == nullptr) return RoundPlan{};
  const Round window_rounds = settings_.sortition.window_rounds;
  const Round opening = round - round % window_rounds;
  if (const Round unseen = first_unseen(round); unseen < round) {
    return fail(Errc::usage, "rounds " + std::to_string(unseen) + " to " +
                                 std::to_string(round - 1) + " of the window of round " +
                                 std::to_string(round) + " have not been shown to the scheduler");
  }
  if (slot_round_ && *slot_round_ < opening) slot_round_.reset();
  next_ = std::max(next_, round + 1);
  if (!entropy || (slot_round_ && *slot_round_ != round)) return RoundPlan{};
  const std::optional<Slot> slot =
      slot_of(*entropy, round, identity_.signing.public_key, *region, settings_.sortition);
  if (!slot) return RoundPlan{};
  slot_round_ = round;
  return plan_slot(round, *entropy, *slot, now);
}

Result<RoundPlan> Scheduler::plan_slot(Round round, const Entropy& entropy, const Slot& slot,
                                       UnixNanos now) {
  RoundPlan result;
  if (!settings_.antenna_gain_ddbi || !settings_.position) {
    result.silence = SilenceReason::not_configured;
    return result;
  }
  BeaconPlan plan = make_plan(identity_, round, entropy, slot);
  const std::optional<VrfOutput> output = vrf_verify(identity_.vrf.public_key, entropy, plan.proof);
  if (!output) return fail(Errc::check_failed, "the VRF key does not verify its own proof");
  const BeaconSecret secret = beacon_secret(*output);
  const Region& region = *find_region(*settings_.region);
  plan.tag = secret.tag;
  plan.payload = beacon_payload(secret.tag);
  plan.power_cdbm = region.max_eirp_cdbm - 10 * *settings_.antenna_gain_ddbi +
                    kPowerStepsCdb.at(secret.power_step);

  const AirTime entry = {round, nanos_of(plan.start), (plan.airtime.count() + 999) / 1000};
  if (entry.start <= now) return result;  // Missed.
  if (!ledger_.of_round(round)) {
    if (!ledger_.allows(entry, region)) {
      result.silence = SilenceReason::duty_cycle;
      return result;
    }
    if (Result<void> reserved = ledger_.reserve(entry); !reserved) return fail(reserved.error());
  }
  result.beacon = std::move(plan);
  return result;
}

}  // namespace earshot::hotspot
