#include "rewards/helium_split.h"

#include <algorithm>
#include <cassert>

#include "rewards/wide.h"

namespace earshot::rewards {
namespace {

// Given: a data credit is 10^-5 dollars; a bone costs price * 10^-16 dollars.
constexpr Uint128 kCreditOverPrice = 100'000'000'000;

Uint128 permille_of(Uint128 femto, std::uint32_t permille) {
  return multiply_divide(femto, permille, 1000).whole;
}

Uint128 per_share(Uint128 pool_femto, Uint128 all_shares) {
  return all_shares == 0 ? 0 : multiply_divide_half_even(pool_femto, kFemto, all_shares);
}

// floor(rate * shares), both in steps of 10^-15.
Uint128 amount_of(Uint128 rate, Uint128 shares) {
  return multiply_divide(rate, shares, kFemto * kFemto).whole;
}

}  // namespace

Uint128 bones_of_credits(Uint128 credits, std::uint64_t price) {
  assert(price > 0 && credits >> 90 == 0);
  const Quotient bones = multiply_divide(credits, kCreditOverPrice, price);
  return bones.whole + (bones.rest == 0 ? 0 : 1);
}

Result<HeliumRewards> helium_rewards(const HeliumPools& pools, Uint128 emission,
                                     std::uint64_t price, std::span<const HeliumShares> shares) {
  if (emission >> 64 != 0) return fail(Errc::bad_data, "helium: the emission leaves 64 bits");
  HeliumShares all;
  for (const HeliumShares& each : shares) {
    all.beacon += each.beacon;
    all.witness += each.witness;
    all.data += each.data;
    if (all.beacon >> 100 != 0 || all.witness >> 100 != 0 || all.data >> 90 != 0) {
      return fail(Errc::bad_data, "helium: shares or data credits leave their range");
    }
  }
  HeliumRewards out;
  const Uint128 whole = emission * kFemto;
  const Uint128 cap = permille_of(whole, pools.data);
  out.data_used_femto = bones_of_credits(all.data, price);
  const Uint128 data = std::min(out.data_used_femto, cap);
  const Uint128 unused = cap - data;
  const bool to_coverage = !pools.unused_to_operations;
  const Uint128 to_beacons = to_coverage ? permille_of(unused, pools.unused_to_beacons) : 0;
  const Uint128 to_witnesses = to_coverage ? unused - to_beacons : 0;
  out.beacon_per_share = per_share(permille_of(whole, pools.beacons) + to_beacons, all.beacon);
  out.witness_per_share =
      per_share(permille_of(whole, pools.witnesses) + to_witnesses, all.witness);
  out.data_per_share = per_share(data, all.data);
  Uint128 paid = 0;
  for (const HeliumShares& each : shares) {
    const HeliumAmounts amounts = {amount_of(out.beacon_per_share, each.beacon),
                                   amount_of(out.witness_per_share, each.witness),
                                   amount_of(out.data_per_share, each.data)};
    paid += amounts.beacon + amounts.witness + amounts.data;
    out.hotspots.push_back(amounts);
  }
  out.operations =
      (permille_of(whole, pools.operations) + (to_coverage ? Uint128{0} : unused)) / kFemto;
  out.oracles = permille_of(whole, pools.oracles) / kFemto;
  const Uint128 pooled = permille_of(whole, pools.beacons + pools.witnesses + pools.data) -
                         (to_coverage ? Uint128{0} : unused);
  // Rates are rounded to the nearest, so amounts may, by rounding up, take the last bone.
  out.unallocated = pooled / kFemto > paid ? pooled / kFemto - paid : 0;
  return out;
}

}  // namespace earshot::rewards
