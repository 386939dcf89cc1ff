#include "radio/evidence/alignment.h"

#include <gtest/gtest.h>

#include "radio/css/rotation.h"
#include "tests/doubles/fake_snippets.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kSize = 16'384;
constexpr Band kEverything = {0, 0.5};

Samples noise(std::uint64_t seed, std::size_t size = kSize) {
  Samples samples(size);
  add_noise(samples, 1, seed);
  return samples;
}

class Shift : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Shift, IsFoundUnderTenDecibelsOfNoise) {
  std::mt19937_64 bits(GetParam());
  const auto delay = static_cast<std::ptrdiff_t>(bits() % 4000);
  const double turns = (static_cast<double>(bits() % 2001) / 1000 - 1) * 4 / (2 * kSize);
  const double carrier = static_cast<double>(bits() % 100) * 1e-4;
  const Samples one = noise(bits());
  Samples other(one.begin() + delay, one.end());
  rotate({0.3, -carrier - turns, 0}, other);
  add_noise(other, 10, bits());
  const Alignment at = align(one, other, carrier, kEverything);
  EXPECT_EQ(at.delay, delay);
  EXPECT_NEAR(at.turns_per_sample, carrier + turns, 0.5 / kSize);
}
INSTANTIATE_TEST_SUITE_P(Seeds, Shift, ::testing::Range<std::uint64_t>(1, 9));

TEST(Align, FindsACopyThatWasGivenAnotherBeaconsOffset) {
  const Samples one = noise(1);
  const Alignment at = align(one, one, 0.01, kEverything);
  EXPECT_EQ(at.delay, 0);
  EXPECT_EQ(at.turns_per_sample, 0);
}

TEST(Align, LooksAtTheBandOnly) {
  Samples one = noise(1);
  Samples other = noise(2);
  const Samples common = noise(3);
  // A loud line at 0.1 says a delay of 5, what is around 0.35 one of 9.
  Samples line(kSize + 9);
  for (Sample& x : line) x = 1;
  rotate({0, 0.1, 0}, line);
  Samples shaped = common;
  const KeptFrequencies kept = excise_frequencies(shaped, {0.3, 0.4});
  keep_frequencies(shaped, kept);
  for (std::size_t k = 0; k + 9 < kSize; ++k) {
    one[k + 9] += 3.0F * shaped[k] + 10.0F * line[k + 5];
    other[k] += 3.0F * shaped[k] + 10.0F * line[k];
  }
  EXPECT_EQ(align(one, other, 0, {0.3, 0.4}).delay, 9);
}

TEST(OverlapOf, HoldsWhatBothHaveAtTheSameTime) {
  const Samples one = noise(1, 100);
  const Samples other(one.begin() + 30, one.end());
  const Overlap ahead = overlap_of(one, other, {30, 0});
  EXPECT_EQ(ahead.one, other);
  EXPECT_EQ(ahead.other.size(), other.size());
  const Overlap behind = overlap_of(other, one, {-30, 0});
  EXPECT_EQ(behind.one, other);
  EXPECT_TRUE(overlap_of(one, other, {100, 0}).one.empty());
  EXPECT_TRUE(overlap_of(one, other, {-70, 0}).one.empty());
}

}  // namespace
}  // namespace earshot::radio
