// A policy: the versioned numbers that verdicts and rewards depend on, hashed into each epoch.
//
// Policies are TOML files (rewards/policies/*.toml). The hash is SHA-256 of the canonical form
// (every member below in order, fixed width, big-endian), not of the text, so comments and spelling
// may change.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/identity.h"
#include "core/messages.h"
#include "core/result.h"
#include "core/sortition.h"

namespace earshot::rewards {

enum class Tier : std::uint8_t {
  unproven = 0,
  listener = 1,
  establishing = 2,
  plausible = 3,
  located = 4
};
std::string_view tier_name(Tier tier);
inline constexpr std::size_t kTierCount = 5;

// Which rules judge: those of DESIGN section 5, or Helium's last ones (docs/POLICY-helium-iot.md).
enum class RuleSet : std::uint8_t { earshot = 1, helium = 2 };
std::string_view rule_set_name(RuleSet rules);  // "earshot", "helium".

// One level of the hex-density scale (rewards/density.h), on S2 cells. max = 0: the level does not
// scale.
struct DensityLevel {
  std::uint32_t neighbours = 0;
  std::uint32_t target = 0;
  std::uint32_t max = 0;
  bool operator==(const DensityLevel&) const = default;
};
inline constexpr int kDensityCoarsest = 8;  // S2 levels 8 to 15: 1300 km^2 to 0.08 km^2.
inline constexpr int kDensityFinest = 15;   // What onboardings say.
inline constexpr std::size_t kDensityLevels = kDensityFinest - kDensityCoarsest + 1;

// What only Helium's rules ask (rule_set = helium). Given: helium/oracles 824f7724.
struct HeliumNumbers {
  std::uint32_t entropy_seconds = 180;
  std::uint32_t witness_lag_ms = 1500;  // After the first witness.
  std::uint32_t beacon_lag_ms = 4000;   // After the beacon, when that came first.
  std::uint32_t frequency_tolerance_hz = 100'000;
  std::uint32_t max_witnesses = 14;  // Of a beacon that are paid: the first.
  std::uint32_t reciprocity_hours = 48;
  std::uint32_t interactivity_hours = 60;  // Who has not beaconed in it does not crowd.
  std::uint32_t beacon_permille = 200;     // Of the coverage bucket; the rest is the witnesses'.
  std::uint32_t unused_beacon_permille = 200;  // Of what the data bucket leaves.
  std::uint32_t unused_to_reserve = 0;         // 1: all of that goes to the reserve (HIP-149).
  std::uint64_t price = 3'590'000;             // 10^-8 dollars per token, for data credits.
  bool operator==(const HeliumNumbers&) const = default;
};

struct Policy {
  std::string name;  // "earshot-1"
  RuleSet rule_set = RuleSet::earshot;
  // Epoch.
  std::uint32_t epoch_rounds =
      1440;  // Epoch n holds rounds [n * epoch_rounds, (n + 1) * epoch_rounds).
  std::uint32_t grace_seconds = 8 * 3600;
  std::uint32_t audit_answer_seconds = 6 * 3600;
  // Challenge.
  SortitionRules sortition;
  // Pairwise physics (rule 3).
  std::uint64_t min_distance_mm = 300'000;
  std::uint64_t max_distance_mm = 100'000'000;
  std::int32_t max_antenna_gain_cdbi = 600;  // Claimed gains above it count as this much.
  std::int32_t free_space_margin_cdb = 0;    // Slack above the free-space bound.
  std::int32_t min_noise_floor_cdbm =
      -11'700;  // RSSI - SNR of a 125 kHz channel must lie in [min, max].
  std::int32_t max_noise_floor_cdbm = -9'500;
  std::uint64_t timing_bound_ps = 1'000'000;  // Error bounds up to this count as timing (1 us).
  std::uint64_t timing_slack_ps = 500'000;    // Added to both error bounds: multipath and rounding.
  // Evidence (rule 4).
  std::uint32_t audit_share_ppm = 20'000;  // Of the beacons.
  std::int32_t audit_power_tolerance_cdb = 50;
  std::int32_t audit_snr_tolerance_cdb = 50;
  std::int32_t audit_offset_tolerance_dhz = 100;
  std::uint64_t audit_time_tolerance_ps = 100'000;
  // Residual noise of two snippets of one beacon that correlates more than this is one antenna's;
  // on so many beacons within so many rounds, neither hotspot's reports pay.
  std::uint32_t correlation_ppm = 50'000;
  std::uint32_t correlated_beacons = 3;
  std::uint32_t correlated_rounds = 10'080;
  // Tiers.
  std::uint32_t located_min_owners = 4;  // Owners that heard it with timing.
  std::uint32_t plausible_min_owners = 2;
  std::array<std::uint32_t, kTierCount> tier_weight_permille = {0, 0, 100, 500, 1000};
  // Density: HIP-104's table on the S2 levels whose mean area is nearest to that of its cells.
  std::array<DensityLevel, kDensityLevels> density = {{{2, 500, 1000},
                                                       {4, 100, 200},
                                                       {0, 0, 0},
                                                       {4, 25, 50},
                                                       {4, 5, 10},
                                                       {2, 1, 1},
                                                       {0, 0, 0},
                                                       {2, 1, 1}}};
  std::uint32_t density_default_scale = 10'000;  // 10^-4, where no hotspot counts.
  HeliumNumbers helium;
  // Money, in base units (10^-18 token).
  std::string emission_per_epoch = "20000000000000000000000";  // Decimal, below 2^128.
  std::array<std::uint32_t, 5> bucket_permille = {
      600, 20, 0, 80, 300};        // coverage, listeners, data, verifiers, reserve.
  EvmAddress verifiers_account{};  // Owner of the verifiers' bucket.
  EvmAddress reserve_account{};    // Owner of reserve and of whatever is not assigned.
  bool operator==(const Policy&) const = default;
};

// Errc::configuration names every problem: the key, what was found and what is allowed. Unknown
// keys are refused; the name and the two accounts must be there, other keys may keep the defaults
// above.
Result<Policy> parse_policy(const std::string& toml_text, const std::string& file_name);
// Every member, so that a published policy can be read back: parse_policy(policy_to_toml(p)) == p.
// Also checked there: what contradicts itself (a minimum above a maximum, buckets that do not sum
// to 1000, an epoch that is no multiple of the window).
std::string policy_to_toml(const Policy& policy);
// The canonical form: docs/PROTOCOL.md has the table. Precondition: a policy that parse_policy
// could have given.
Bytes encode(const Policy& policy);
Hash256 policy_hash(const Policy& policy);

constexpr Round first_round_of_epoch(const Policy& policy, std::uint64_t epoch) {
  return epoch * policy.epoch_rounds;
}

}  // namespace earshot::rewards
