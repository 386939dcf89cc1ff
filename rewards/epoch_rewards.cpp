#include "rewards/epoch_rewards.h"

#include <algorithm>
#include <cassert>

#include "rewards/amount.h"
#include "rewards/helium_split.h"
#include "rewards/split.h"
#include "rewards/units.h"

namespace earshot::rewards {
namespace {

enum Bucket : std::size_t { coverage, listeners, data, verifiers, reserve };

Error bad(const std::string& what) { return {Errc::bad_data, "epoch rewards: " + what}; }

// One entry for each standing, no units yet.
Result<std::vector<HotspotReward>> unpaid(std::span<const Standing> standings) {
  std::vector<HotspotReward> rewards;
  for (const Standing& standing : standings) {
    if (!rewards.empty() && rewards.back().hotspot >= standing.hotspot) {
      return fail(bad("standing of " + to_hex(standing.hotspot) + " is out of order"));
    }
    rewards.push_back(
        {.hotspot = standing.hotspot, .owner = standing.owner, .tier = standing.tier});
  }
  return rewards;
}

HotspotReward* find(std::vector<HotspotReward>& rewards, const PublicKey& hotspot) {
  const auto found = std::lower_bound(
      rewards.begin(), rewards.end(), hotspot,
      [](const HotspotReward& reward, const PublicKey& key) { return reward.hotspot < key; });
  return found != rewards.end() && found->hotspot == hotspot ? &*found : nullptr;
}

Result<void> credit(const BeaconCredit& beacon, std::vector<HotspotReward>& rewards) {
  HotspotReward* const beaconer = find(rewards, beacon.hotspot);
  if (beaconer == nullptr) return fail(bad(to_hex(beacon.hotspot) + " has no standing"));
  const std::uint64_t count = beacon.witnesses.size();
  const std::uint64_t scale = beaconer->scale;
  beaconer->beacon_units += beacon_units(count);
  beaconer->beacon_shares += beacon_units(count) * scale;
  const PublicKey* before = nullptr;
  for (const PublicKey& witness : beacon.witnesses) {
    if (before != nullptr && *before >= witness) {
      return fail(bad("witness " + to_hex(witness) + " is out of order"));
    }
    before = &witness;
    if (witness == beacon.hotspot) return fail(bad(to_hex(witness) + " witnesses itself"));
    HotspotReward* const reward = find(rewards, witness);
    if (reward == nullptr) return fail(bad(to_hex(witness) + " has no standing"));
    reward->witness_units += witness_units(count);
    reward->witness_shares += witness_units(count) * scale;
  }
  return {};
}

// How crowded each hotspot's place is.
void scale_by_density(const Policy& policy, std::span<const Standing> standings,
                      std::vector<HotspotReward>& rewards) {
  std::vector<DensityStep> steps;
  for (int level = kDensityFinest; level >= kDensityCoarsest; --level) {
    const DensityLevel& numbers =
        policy.density[static_cast<std::size_t>(level - kDensityCoarsest)];
    if (numbers.max == 0) continue;
    steps.push_back({level, numbers.neighbours, numbers.target, numbers.max});
  }
  std::vector<std::uint64_t> population;
  for (const Standing& standing : standings) {
    if (standing.crowds && standing.cell != 0) population.push_back(standing.cell);
  }
  const S2Hierarchy cells;
  const auto scales = density_scales(cells, population, steps, kDensityFinest);
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    if (standings[i].cell == 0) continue;
    const auto found = scales.find(cells.parent(standings[i].cell, kDensityFinest));
    rewards[i].scale = found == scales.end() ? policy.density_default_scale : found->second;
  }
}

// Adds parts of `pool` by `weight_of` to the hotspots and returns what was paid: all or nothing.
template <class WeightOf>
Result<Uint128> pay(Uint128 pool, std::vector<HotspotReward>& rewards, WeightOf weight_of) {
  std::vector<Share> shares;
  shares.reserve(rewards.size());
  for (const HotspotReward& reward : rewards) shares.push_back({reward.hotspot, weight_of(reward)});
  const Result<std::vector<Uint128>> parts = split_pool(pool, shares);
  if (!parts) return fail(bad(parts.error().detail));
  Uint128 paid = 0;
  for (std::size_t i = 0; i < rewards.size(); ++i) {
    rewards[i].amount += (*parts)[i];
    paid += (*parts)[i];
  }
  return paid;
}

// Adds its fees to each hotspot and returns their sum.
Result<Uint128> pay_data(std::span<const DataUse> data, std::vector<HotspotReward>& rewards) {
  Uint128 fees = 0;
  const PublicKey* before = nullptr;
  for (const DataUse& use : data) {
    if (before != nullptr && *before >= use.hotspot) {
      return fail(bad("data of " + to_hex(use.hotspot) + " is out of order"));
    }
    before = &use.hotspot;
    HotspotReward* const reward = find(rewards, use.hotspot);
    if (reward == nullptr) return fail(bad(to_hex(use.hotspot) + " has no standing"));
    const std::optional<Uint128> sum = checked_sum(fees, use.fee);
    const std::optional<Uint128> amount = checked_sum(reward->amount, use.fee);
    if (!sum || !amount) return fail(bad("the fees leave 128 bits"));
    fees = *sum;
    reward->data = use.fee;
    reward->amount = *amount;
  }
  return fees;
}

using Totals = std::map<EvmAddress, Uint128>;

Result<void> add(Totals& totals, const EvmAddress& account, Uint128 amount) {
  if (amount == 0) return {};
  Uint128& total = totals[account];
  const std::optional<Uint128> sum = checked_sum(total, amount);
  if (!sum) return fail(bad("the total of 0x" + to_hex(account) + " leaves 128 bits"));
  total = *sum;
  return {};
}

Result<Totals> totals_of(std::span<const AccountTotal> previous) {
  Totals totals;
  for (const AccountTotal& total : previous) {
    if (!totals.empty() && totals.rbegin()->first >= total.account) {
      return fail(bad("account 0x" + to_hex(total.account) + " is out of order"));
    }
    if (total.cumulative == 0) return fail(bad("account 0x" + to_hex(total.account) + " is zero"));
    totals.emplace_hint(totals.end(), total.account, total.cumulative);
  }
  return totals;
}

// emission * permille / 1000, rounded down: what that leaves over goes to the reserve.
Uint128 bucket_of(const Policy& policy, Uint128 emission, Bucket bucket) {
  const std::uint32_t permille = policy.bucket_permille[bucket];
  return emission / 1000 * permille + emission % 1000 * permille / 1000;
}

// The buckets of DESIGN section 7; gives what went to hotspots.
Result<Uint128> pay_buckets(const Policy& policy, Uint128 emission,
                            std::vector<HotspotReward>& hotspots) {
  const auto weighted = [&](const HotspotReward& reward) {
    return (reward.beacon_shares + reward.witness_shares) *
           policy.tier_weight_permille[static_cast<std::size_t>(reward.tier)];
  };
  const auto listened = [](const HotspotReward& reward) {
    return reward.tier == Tier::listener ? reward.witness_shares : 0;
  };
  const Result<Uint128> covered = pay(bucket_of(policy, emission, coverage), hotspots, weighted);
  if (!covered) return covered;
  const Result<Uint128> heard = pay(bucket_of(policy, emission, listeners), hotspots, listened);
  if (!heard) return heard;
  return *covered + *heard;
}

// Helium's split; gives what went to hotspots.
Result<Uint128> pay_as_helium(const Policy& policy, Uint128 emission,
                              std::vector<HotspotReward>& hotspots) {
  const std::uint32_t covering = policy.bucket_permille[coverage];
  const std::uint32_t to_beacons = covering * policy.helium.beacon_permille / 1000;
  const HeliumPools pools = {.beacons = to_beacons,
                             .witnesses = covering - to_beacons,
                             .data = policy.bucket_permille[data],
                             .operations = policy.bucket_permille[reserve],
                             .oracles = policy.bucket_permille[verifiers],
                             .unused_to_beacons = policy.helium.unused_beacon_permille,
                             .unused_to_operations = policy.helium.unused_to_reserve != 0};
  constexpr Uint128 kFemtoOfShare = kFemto / (Uint128{kUnit} * kFullScale);
  std::vector<HeliumShares> shares;
  for (const HotspotReward& reward : hotspots) {
    shares.push_back(
        {reward.beacon_shares * kFemtoOfShare, reward.witness_shares * kFemtoOfShare, 0});
  }
  const Result<HeliumRewards> split = helium_rewards(pools, emission, policy.helium.price, shares);
  if (!split) return fail(bad(split.error().detail));
  Uint128 paid = 0;
  for (std::size_t i = 0; i < hotspots.size(); ++i) {
    const HeliumAmounts& amounts = split->hotspots[i];
    hotspots[i].amount = amounts.beacon + amounts.witness + amounts.data;
    paid += hotspots[i].amount;
  }
  return paid;
}

// floor(part * links / rounds) of each verifier's part; nothing can leave 128 bits.
Result<std::vector<VerifierReward>> verifier_rewards(const Policy& policy, Uint128 bucket,
                                                     std::span<const VerifierWork> work) {
  std::vector<VerifierReward> rewards;
  for (const VerifierWork& one : work) {
    if (!rewards.empty() && rewards.back().account >= one.account) {
      return fail(bad("verifier 0x" + to_hex(one.account) + " is out of order"));
    }
    if (one.links > policy.epoch_rounds) {
      return fail(bad("verifier 0x" + to_hex(one.account) + " gave more links than rounds"));
    }
    const Uint128 part = bucket / work.size();
    const Uint128 amount = part / policy.epoch_rounds * one.links +
                           part % policy.epoch_rounds * one.links / policy.epoch_rounds;
    rewards.push_back({one.account, one.links, amount});
  }
  return rewards;
}

// Adds what the verifiers get; gives their sum.
Result<Uint128> pay_verifiers(const Policy& policy, const EpochRewards& out, Totals& totals) {
  const Uint128 bucket = bucket_of(policy, out.emitted, verifiers);
  if (out.verifiers.empty()) {
    if (Result<void> ok = add(totals, policy.verifiers_account, bucket); !ok) {
      return fail(ok.error());
    }
    return bucket;
  }
  Uint128 paid = 0;
  for (const VerifierReward& reward : out.verifiers) {
    if (Result<void> ok = add(totals, reward.account, reward.amount); !ok) return fail(ok.error());
    paid += reward.amount;
  }
  return paid;
}

// `to_hotspots`: of the emission.
Result<void> finish(const Policy& policy, Uint128 to_hotspots, Totals totals, EpochRewards& out) {
  for (const HotspotReward& reward : out.hotspots) {
    if (Result<void> ok = add(totals, reward.owner, reward.amount); !ok) return ok;
  }
  const Result<Uint128> to_verifiers = pay_verifiers(policy, out, totals);
  if (!to_verifiers) return fail(to_verifiers.error());
  const Uint128 to_reserve = out.emitted - to_hotspots - *to_verifiers;
  if (Result<void> ok = add(totals, policy.reserve_account, to_reserve); !ok) return ok;
  for (const auto& [account, cumulative] : totals) {
    out.accounts.push_back({account, cumulative});
    const std::optional<Uint128> sum = checked_sum(out.cumulative_total, cumulative);
    if (!sum) return fail(bad("the total of all accounts leaves 128 bits"));
    out.cumulative_total = *sum;
  }
  return {};
}

}  // namespace

Result<EpochRewards> epoch_rewards(const Policy& policy, std::span<const BeaconCredit> credits,
                                   std::span<const Standing> standings,
                                   std::span<const AccountTotal> previous,
                                   std::span<const DataUse> data_uses,
                                   std::span<const VerifierWork> verifier_work) {
  const Result<Uint128> emission = amount128_from_decimal(policy.emission_per_epoch);
  if (!emission) return fail(bad(emission.error().detail));
  Result<std::vector<HotspotReward>> hotspots = unpaid(standings);
  if (!hotspots) return fail(hotspots.error());
  scale_by_density(policy, standings, *hotspots);
  for (const BeaconCredit& beacon : credits) {
    if (Result<void> ok = credit(beacon, *hotspots); !ok) return fail(ok.error());
  }
  Result<Totals> totals = totals_of(previous);
  if (!totals) return fail(totals.error());

  const bool is_helium = policy.rule_set == RuleSet::helium;
  const Result<Uint128> paid = is_helium ? pay_as_helium(policy, *emission, *hotspots)
                                         : pay_buckets(policy, *emission, *hotspots);
  if (!paid) return fail(paid.error());
  const Result<Uint128> fees = pay_data(data_uses, *hotspots);
  if (!fees) return fail(fees.error());
  // Helium's split has given the data bucket to coverage already.
  const Uint128 from_bucket =
      is_helium ? Uint128{0} : std::min(*fees, bucket_of(policy, *emission, data));
  const Uint128 to_hotspots = *paid + from_bucket;
  if (to_hotspots + bucket_of(policy, *emission, verifiers) > *emission) {
    return fail(bad("hotspots would get more than their buckets hold"));
  }

  Result<std::vector<VerifierReward>> to_verifiers =
      verifier_rewards(policy, bucket_of(policy, *emission, verifiers), verifier_work);
  if (!to_verifiers) return fail(to_verifiers.error());
  EpochRewards out{.hotspots = std::move(*hotspots),
                   .verifiers = std::move(*to_verifiers),
                   .accounts = {},
                   .emitted = *emission,
                   .fees = *fees,
                   .fees_from_deposits = *fees - from_bucket};
  if (Result<void> ok = finish(policy, to_hotspots, std::move(*totals), out); !ok) {
    return fail(ok.error());
  }
  return out;
}

}  // namespace earshot::rewards
