#include "rewards/units.h"

#include <algorithm>

#include "core/fixed.h"

namespace earshot::rewards {
namespace {

constexpr std::uint64_t kFullWitnesses = 4;  // Given: HIP-15's N.
// Derived: 10^4 * 0.8^45 < 1/2, so a higher power of 0.8 rounds to the same step. For the witness's
// unit this holds because 30000 / w is either a tie itself or at least 1 / (2 w) from one.
constexpr std::uint64_t kMaxDecay = 45;

constexpr Uint128 power(std::uint64_t base, std::uint64_t exponent) {
  Uint128 out = 1;
  for (std::uint64_t i = 0; i < exponent; ++i) out *= base;
  return out;
}
static_assert(Uint128{2} * kUnit * power(4, kMaxDecay) < power(5, kMaxDecay));
static_assert(Uint128{2} * kUnit * power(4, kMaxDecay - 1) > power(5, kMaxDecay - 1));

std::uint64_t round_half_even(Uint128 numerator, Uint128 denominator) {
  const Uint128 floor = numerator / denominator;
  const Uint128 rest = numerator % denominator;
  const bool up = rest > denominator - rest || (rest == denominator - rest && floor % 2 == 1);
  return static_cast<std::uint64_t>(floor + (up ? 1 : 0));
}

std::uint64_t decay_of(std::uint64_t witnesses) {
  return std::min(witnesses - kFullWitnesses, kMaxDecay);
}

}  // namespace

std::uint64_t beacon_units(std::uint64_t witnesses) {
  if (witnesses <= kFullWitnesses) return witnesses * kUnit / kFullWitnesses;
  const Uint128 fours = power(4, decay_of(witnesses));
  const Uint128 fives = power(5, decay_of(witnesses));
  return round_half_even(kUnit * (2 * fives - fours), fives);
}

std::uint64_t witness_units(std::uint64_t witnesses) {
  if (witnesses == 0) return 0;
  if (witnesses <= kFullWitnesses) return kUnit;
  if (witnesses > 6 * kUnit) return 0;  // Below half a step; keeps the product in 128 bits.
  const Uint128 fours = power(4, decay_of(witnesses));
  const Uint128 fives = power(5, decay_of(witnesses));
  return round_half_even(kUnit * (3 * fives + fours), fives * witnesses);
}

}  // namespace earshot::rewards
