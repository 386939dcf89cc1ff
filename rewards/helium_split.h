// Helium's epoch: emission, shares and data credits to amounts, as its last rewarder computed them
// (helium/oracles 824f7724). A bone is 10^-8 of its token.
//
//     data used     = min(data * E, ceil15(credits * $0.00001 / price of a bone))
//     data unused   = data * E - data used
//     beacon pool   = beacons * E + share of what data left unused
//     per share     = pool / all shares, 15 decimal places, ties to the even
//     amount        = floor(per share * shares)
//     sum of amounts + unallocated + operations + oracles + not emitted == E (not emitted: the
//     rest)
//
// Decimals of 15 places are integers here, in steps of 10^-15.
#pragma once
#include <span>
#include <vector>

#include "core/fixed.h"
#include "core/result.h"

namespace earshot::rewards {

inline constexpr Uint128 kFemto = 1'000'000'000'000'000;  // One, in steps of 10^-15.

// Permille of the emission; all together at most 1000.
struct HeliumPools {
  std::uint32_t beacons = 60;
  std::uint32_t witnesses = 240;
  std::uint32_t data = 500;
  std::uint32_t operations = 70;
  std::uint32_t oracles = 70;
  // Of what data leaves unused; the rest of it goes to witnesses. When `unused_to_operations`
  // (HIP-149) it all goes there instead.
  std::uint32_t unused_to_beacons = 200;
  bool unused_to_operations = false;
};

// Of one hotspot, in steps of 10^-15 share and of 10^-15 data credit.
struct HeliumShares {
  Uint128 beacon = 0;
  Uint128 witness = 0;
  Uint128 data = 0;
};

struct HeliumAmounts {
  Uint128 beacon = 0;
  Uint128 witness = 0;
  Uint128 data = 0;
  bool operator==(const HeliumAmounts&) const = default;
};

struct HeliumRewards {
  std::vector<HeliumAmounts> hotspots;  // As the shares given, bones.
  Uint128 unallocated = 0;              // Of beacons, witnesses and data together.
  Uint128 operations = 0;
  Uint128 oracles = 0;
  Uint128 data_used_femto = 0;   // Before the cap, in steps of 10^-15 bone.
  Uint128 beacon_per_share = 0;  // Steps of 10^-15 bone.
  Uint128 witness_per_share = 0;
  Uint128 data_per_share = 0;
};

// `emission` in bones, below 2^64; `price` of 10^8 bones in 10^-8 dollars, positive.
// Errc::bad_data when emission or credits leave the range.
Result<HeliumRewards> helium_rewards(const HeliumPools& pools, Uint128 emission,
                                     std::uint64_t price, std::span<const HeliumShares> shares);

// What `credits` (steps of 10^-15) are worth, rounded up to 10^-15 bone. Preconditions: price > 0,
// credits below 2^90.
Uint128 bones_of_credits(Uint128 credits, std::uint64_t price);

}  // namespace earshot::rewards
