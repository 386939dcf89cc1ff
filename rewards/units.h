// Reward units of Helium's HIP-15 as its oracles computed them: N = 4 witnesses, decay r = 0.8.
//
//     beacon:   w / 4               for w <= 4,   2 - 0.8^(w - 4)             above
//     witness:  1                   for w <= 4,   (4 - (1 - 0.8^(w - 4))) / w above
//
// w is the number of accepted witnesses. Beyond four, another witness adds less and less, so that a
// crowd around one beacon earns little more than four would. Results are in 10^-4 units, rounded to
// the nearest, ties to the even digit; computed as exact fractions.
#pragma once
#include <cstdint>

namespace earshot::rewards {

inline constexpr std::uint64_t kUnit = 10'000;  // One unit, in steps of 10^-4.

std::uint64_t beacon_units(std::uint64_t witnesses);
std::uint64_t witness_units(std::uint64_t witnesses);  // Of each one; 0 when there is none.

}  // namespace earshot::rewards
