// Integer mathematics of the decision path: the same bytes on every machine.
#pragma once
#include <cstdint>

namespace earshot {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

// floor(sqrt(value)).
std::uint64_t integer_sqrt(Uint128 value);

// 100 * 10 * log10(value) rounded half up to an integer: decibels in steps of 0.01 dB of a positive
// integer. Exact to the step for every 64-bit value (a property test compares with a slow
// reference). Precondition: value >= 1.
std::int32_t centibels_of(std::uint64_t value);  // Centi-decibels, 0.01 dB.

// Free-space path loss in 0.01 dB between two isotropic antennas `distance_mm` apart at
// `frequency_hz`: 20 log10(4 pi d f / c), computed as 2 * log of the integers d and f plus a
// constant. Preconditions: both >= 1.
std::int32_t free_space_loss_cdb(std::uint64_t distance_mm, std::uint64_t frequency_hz);

}  // namespace earshot
