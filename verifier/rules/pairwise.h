// Rule 3, pairwise physics: can this witness have heard that beacon, by what both signed?
//
// | reason | inputs | threshold | source |
// | own_beacon, same_owner | keys, owners | different | section 5 |
// | region_mismatch | regions | equal | section 5 |
// | frequency_mismatch, spreading_factor_mismatch, bandwidth_mismatch | both reports | equal |
// section 5 | | too_close, too_far | asserted positions | policy min_distance_mm, max_distance_mm |
// section 5 | | rssi_above_free_space | RSSI | power + gains - free-space loss + policy margin |
// section 5 | | noise_floor | RSSI - SNR | policy [min, max] of 125 kHz, plus 10 log(bandwidth /
// 125 kHz) | kTB | | timing_mismatch | receive - transmit | light's time +- (both error bounds +
// policy slack) | section 5 |
//
// Gains above policy.max_antenna_gain_cdbi count as that much. A link counts as timing (finding
// `timing` = 1) when both hotspots have a GNSS clock and both error bounds are within
// policy.timing_bound_ps; wider bounds are still held to.
#pragma once
#include "rewards/policy.h"
#include "verifier/rules/registry.h"

namespace earshot::verifier {

// Chosen: closer to a bound than this share of what is allowed, or this many dB, looks odd and is
// audited. An honest link is 15 dB and more below free space (99 % of static links measured).
inline constexpr std::int32_t kOddMarginCdb = 300;
inline constexpr int kOddTimingPercent = 75;

// One side of a link.
struct Sender {
  const BeaconReport& report;
  const Onboarding& hotspot;
};
struct Receiver {
  const WitnessReport& report;
  const Onboarding& hotspot;
};

struct PairRuling {
  Ruling ruling;
  bool timed = false;  // The link counts as timing, whether it fits or not.
  bool odd = false;    // Accepted, but near a bound.
};
PairRuling judge_pair(const Sender& sender, const Receiver& receiver,
                      const rewards::Policy& policy);

}  // namespace earshot::verifier
