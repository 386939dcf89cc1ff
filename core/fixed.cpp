#include "core/fixed.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace earshot {
namespace {

constexpr std::size_t kStepsPerDecade = 1000;
constexpr std::uint64_t kTopPower = 10'000'000'000'000'000'000U;  // 10^19, the last below 2^64.
constexpr int kTopDecade = 19;
constexpr int kThresholdBits = 60;

constexpr Uint128 from_words(std::uint64_t high, std::uint64_t low) {
  return Uint128{high} << 64 | low;
}
// Derived (recomputed in the test): floor(10^(1/2000) * 2^124) and floor(10^(1/1000) * 2^127).
constexpr Uint128 kHalfStep = from_words(0x1004B7E9B5CE5CBBU, 0xCB1F117FEFCC6F71U);
constexpr Uint128 kStep = from_words(0x804B89BD13B8A9EDU, 0x4C7D70D04C144524U);

// floor(a * b / 2^128).
constexpr Uint128 multiply_high(Uint128 a, Uint128 b) {
  const auto low = [](Uint128 x) { return Uint128{static_cast<std::uint64_t>(x)}; };
  const Uint128 low_low = low(a) * low(b);
  const Uint128 high_low = (a >> 64) * low(b);
  const Uint128 low_high = low(a) * (b >> 64);
  const Uint128 middle = (low_low >> 64) + low(high_low) + low(low_high);
  return (a >> 64) * (b >> 64) + (high_low >> 64) + (low_high >> 64) + (middle >> 64);
}

// thresholds[j] = 10^(19 + (2 j + 1) / 2000) with 60 bits after the point: where rounding goes from
// j to j + 1 steps of 0.01 dB within a decade. 1000 products, each off by less than 2^-123 of
// itself, leave an error below 2^-46 of a unit; the threshold nearest to an integer is more than
// 2^-16 from it (the test looks at all), so comparing an integer with one is exact.
constexpr std::array<Uint128, kStepsPerDecade> make_thresholds() {
  std::array<Uint128, kStepsPerDecade> thresholds{};
  Uint128 power = kHalfStep;  // 4 bits before the point.
  for (Uint128& threshold : thresholds) {
    threshold = multiply_high(power, Uint128{kTopPower} << 64);
    power = multiply_high(power, kStep) << 1;
  }
  return thresholds;
}

}  // namespace

std::uint64_t integer_sqrt(Uint128 value) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 63; bit != 0; bit >>= 1) {
    const std::uint64_t candidate = root | bit;
    if (Uint128{candidate} * candidate <= value) root = candidate;
  }
  return root;
}

std::int32_t centibels_of(std::uint64_t value) {
  assert(value >= 1);
  static constexpr std::array<Uint128, kStepsPerDecade> kThresholds = make_thresholds();
  int decade = kTopDecade;
  Uint128 scaled = value;  // Becomes value * 10^(19 - decade), from 10^19 to below 10^20.
  while (scaled < kTopPower) {
    scaled *= 10;
    decade -= 1;
  }
  const auto* passed =
      std::upper_bound(kThresholds.begin(), kThresholds.end(), scaled << kThresholdBits);
  return decade * static_cast<std::int32_t>(kStepsPerDecade) +
         static_cast<std::int32_t>(passed - kThresholds.begin());
}

std::int32_t free_space_loss_cdb(std::uint64_t distance_mm, std::uint64_t frequency_hz) {
  // Derived (recomputed in the test): 2000 * log10(4 pi / 299'792'458'000 mm/s), rounded.
  constexpr std::int32_t kConstantCdb = -20'755;
  return 2 * centibels_of(distance_mm) + 2 * centibels_of(frequency_hz) + kConstantCdb;
}

}  // namespace earshot
