// The members of a policy in canonical order, named once: reading, writing and hashing walk this
// list. For the rewards folder's own files.
//
// A visitor is called as visit(section, key, member, lowest, highest).
#pragma once
#include <concepts>
#include <type_traits>

#include "rewards/policy.h"

namespace earshot::rewards::fields {

inline constexpr std::string_view kBuckets[] = {"coverage", "listeners", "data", "verifiers",
                                                "reserve"};
// Bounds are chosen: wide enough for any sane policy, narrow enough that no sum of a rule
// overflows.
inline constexpr std::int64_t kDay = 86'400;
inline constexpr std::int64_t kWeekRounds = 10'080;
inline constexpr std::int64_t kEarthMm = 20'000'000'000;
inline constexpr std::int64_t kLevel = 100'000;  // +-1000 dB.
inline constexpr std::int64_t kSecondPs = 1'000'000'000'000;

template <class Self, class Visit>
  requires std::same_as<std::remove_const_t<Self>, Policy>
void for_each_physics(Self& p, Visit&& visit) {
  visit("physics", "min_distance_mm", p.min_distance_mm, 0, kEarthMm);
  visit("physics", "max_distance_mm", p.max_distance_mm, 1, kEarthMm);
  visit("physics", "max_antenna_gain_cdbi", p.max_antenna_gain_cdbi, -kLevel, kLevel);
  visit("physics", "free_space_margin_cdb", p.free_space_margin_cdb, 0, kLevel);
  visit("physics", "min_noise_floor_cdbm", p.min_noise_floor_cdbm, -kLevel, kLevel);
  visit("physics", "max_noise_floor_cdbm", p.max_noise_floor_cdbm, -kLevel, kLevel);
  visit("physics", "timing_bound_ps", p.timing_bound_ps, 0, kSecondPs);
  visit("physics", "timing_slack_ps", p.timing_slack_ps, 0, kSecondPs);
  visit("audit", "share_ppm", p.audit_share_ppm, 0, 1'000'000);
  visit("audit", "power_tolerance_cdb", p.audit_power_tolerance_cdb, 0, kLevel);
  visit("audit", "snr_tolerance_cdb", p.audit_snr_tolerance_cdb, 0, kLevel);
  visit("audit", "offset_tolerance_dhz", p.audit_offset_tolerance_dhz, 0, 10 * kLevel);
  visit("audit", "time_tolerance_ps", p.audit_time_tolerance_ps, 0, kSecondPs);
  visit("audit", "correlation_ppm", p.correlation_ppm, 1, 1'000'000);
  visit("audit", "correlated_beacons", p.correlated_beacons, 1, 1'000);
  visit("audit", "correlated_rounds", p.correlated_rounds, 1, kWeekRounds);
}

inline constexpr std::string_view kDensitySections[] = {
    "density.level_8",  "density.level_9",  "density.level_10", "density.level_11",
    "density.level_12", "density.level_13", "density.level_14", "density.level_15"};
static_assert(std::size(kDensitySections) == kDensityLevels);

template <class Self, class Visit>
  requires std::same_as<std::remove_const_t<Self>, Policy>
void for_each_density(Self& p, Visit&& visit) {
  constexpr std::int64_t kMost = 1'000'000;
  visit("density", "default_scale", p.density_default_scale, 1, 10'000);
  for (std::size_t i = 0; i < kDensityLevels; ++i) {
    visit(kDensitySections[i], "neighbours", p.density[i].neighbours, 0, 9);
    visit(kDensitySections[i], "target", p.density[i].target, 0, kMost);
    visit(kDensitySections[i], "max", p.density[i].max, 0, kMost);
  }
}

template <class Self, class Visit>
  requires std::same_as<std::remove_const_t<Self>, Policy>
void for_each_helium(Self& p, Visit&& visit) {
  visit("helium", "entropy_seconds", p.helium.entropy_seconds, 0, kDay);
  visit("helium", "witness_lag_ms", p.helium.witness_lag_ms, 0, kDay * 1000);
  visit("helium", "beacon_lag_ms", p.helium.beacon_lag_ms, 0, kDay * 1000);
  visit("helium", "frequency_tolerance_hz", p.helium.frequency_tolerance_hz, 0, 100'000'000);
  visit("helium", "max_witnesses", p.helium.max_witnesses, 1, 1'000'000);
  visit("helium", "reciprocity_hours", p.helium.reciprocity_hours, 1, 24 * 365);
  visit("helium", "interactivity_hours", p.helium.interactivity_hours, 1, 24 * 365);
  visit("helium", "beacon_permille", p.helium.beacon_permille, 0, 1000);
  visit("helium", "unused_beacon_permille", p.helium.unused_beacon_permille, 0, 1000);
  visit("helium", "unused_to_reserve", p.helium.unused_to_reserve, 0, 1);
  visit("helium", "price", p.helium.price, 1, 1'000'000'000'000'000);
}

template <class Self, class Visit>
  requires std::same_as<std::remove_const_t<Self>, Policy>
void for_each(Self& p, Visit&& visit) {
  visit("", "name", p.name, 1, 64);  // Of a string: its length.
  visit("", "rule_set", p.rule_set, 1, 2);
  visit("epoch", "rounds", p.epoch_rounds, 1, kWeekRounds);
  visit("epoch", "grace_seconds", p.grace_seconds, 0, 7 * kDay);
  visit("epoch", "audit_answer_seconds", p.audit_answer_seconds, 0, 7 * kDay);
  visit("challenge", "window_rounds", p.sortition.window_rounds, 1, kWeekRounds);
  visit("challenge", "min_spreading_factor", p.sortition.min_spreading_factor, 7, 12);
  visit("challenge", "max_spreading_factor", p.sortition.max_spreading_factor, 7, 12);
  for_each_physics(p, visit);
  visit("tiers", "located_min_owners", p.located_min_owners, 1, 1'000'000);
  visit("tiers", "plausible_min_owners", p.plausible_min_owners, 1, 1'000'000);
  for (std::size_t i = 0; i < kTierCount; ++i) {
    visit("tiers.weight_permille", tier_name(static_cast<Tier>(i)), p.tier_weight_permille[i], 0,
          1000);
  }
  for_each_density(p, visit);
  for_each_helium(p, visit);
  visit("money", "emission_per_epoch", p.emission_per_epoch, 1, 39);
  visit("money", "verifiers_account", p.verifiers_account, 0, 0);
  visit("money", "reserve_account", p.reserve_account, 0, 0);
  for (std::size_t i = 0; i < std::size(kBuckets); ++i) {
    visit("money.bucket_permille", kBuckets[i], p.bucket_permille[i], 0, 1000);
  }
}

}  // namespace earshot::rewards::fields
