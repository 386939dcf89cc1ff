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

struct Policy {
  std::string name;  // "earshot-1"
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
  // Tiers.
  std::uint32_t located_min_owners = 4;  // Owners that heard it with timing.
  std::uint32_t plausible_min_owners = 2;
  std::array<std::uint32_t, kTierCount> tier_weight_permille = {0, 0, 100, 500, 1000};
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
