#include "radio/channel/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace earshot::radio {
namespace {

// Given: Random123's tests/kat_vectors, philox4x32 with 10 rounds. Its counter words are ours as
// (counter low, counter high, stream low, stream high), its key words (seed low, seed high).
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox({0, 0}, 0),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  EXPECT_EQ(philox({kOnes, kOnes}, kOnes),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x299f31d0a4093822, 0x0370734413198a2e}, 0x85a308d3243f6a88),
            (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Uniform, StaysInItsRangeWithTheRightMean) {
  double sum = 0;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const double value = uniform({1, 2}, static_cast<std::uint64_t>(i));
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / kCount, 0.5, 5 / std::sqrt(12.0 * kCount));
}

TEST(Gaussian, HasMeanZeroVarianceOneAndNoSkew) {
  double sum = 0, squares = 0, cubes = 0;
  constexpr int kCount = 50000;
  for (int i = 0; i < kCount; ++i) {
    const double value = gaussian({3, 4}, static_cast<std::uint64_t>(i));
    sum += value;
    squares += value * value;
    cubes += value * value * value;
  }
  const double root = std::sqrt(static_cast<double>(kCount));
  EXPECT_NEAR(sum / kCount, 0, 5 / root);
  EXPECT_NEAR(squares / kCount, 1, 5 * std::sqrt(2.0) / root);
  EXPECT_NEAR(cubes / kCount, 0, 5 * std::sqrt(15.0) / root);
}

// What add_noise promises of one sample, by the slow way: Box and Muller in double precision.
Sample reference_noise(RandomKey key, std::uint64_t number, double power) {
  const auto words = philox(key, number / 2);
  const std::size_t half = 2 * (number % 2);
  const double unit = std::floor(words[half] / 2.0) * 0x1p-31 + 0x1p-32;
  const double radius = std::sqrt(-power * std::log(unit));
  const double angle = 2 * M_PI * words[half + 1] * 0x1p-32;
  return {static_cast<float>(radius * std::cos(angle)),
          static_cast<float>(radius * std::sin(angle))};
}

TEST(Noise, IsWhatDoublePrecisionGives) {
  Samples fast(5000);
  const RandomKey key = {99, 7};
  add_noise(fast, key, 12345, 2.0);
  for (std::size_t i = 0; i < fast.size(); ++i) {
    EXPECT_LT(std::abs(fast[i] - reference_noise(key, 12345 + i, 2.0)), 1e-5F) << i;
  }
}

TEST(Noise, PropertyOfASampleDependsOnItsNumberOnly) {
  const RandomKey key = {5, 6};
  Samples whole(1000);
  add_noise(whole, key, 17, 1.0);
  for (const std::size_t cut :
       {std::size_t{1}, std::size_t{2}, std::size_t{127}, std::size_t{500}, std::size_t{999}}) {
    Samples parts(1000);
    add_noise(std::span(parts).subspan(cut), key, 17 + cut, 1.0);
    add_noise(std::span(parts).first(cut), key, 17, 1.0);
    EXPECT_EQ(parts, whole) << cut;
  }
}

TEST(Noise, HasThePowerAskedForInBothPartsAndIsWhite) {
  constexpr std::size_t kCount = 200000;
  Samples noise(kCount);
  add_noise(noise, {11, 12}, 0, 0.25);
  double real = 0, imaginary = 0, fourth = 0;
  std::complex<double> neighbours = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    real += std::pow(noise[i].real(), 2);
    imaginary += std::pow(noise[i].imag(), 2);
    fourth += std::pow(noise[i].real(), 4);
    if (i > 0) neighbours += std::complex<double>(noise[i] * std::conj(noise[i - 1]));
  }
  const double root = std::sqrt(static_cast<double>(kCount));
  EXPECT_NEAR(real / kCount, 0.125, 0.125 * 5 * std::sqrt(2.0) / root);
  EXPECT_NEAR(imaginary / kCount, 0.125, 0.125 * 5 * std::sqrt(2.0) / root);
  EXPECT_NEAR(fourth / kCount / (0.125 * 0.125), 3, 5 * std::sqrt(96.0) / root);
  EXPECT_LT(std::abs(neighbours) / kCount, 0.25 * 5 / root);
}

TEST(Noise, OfDifferentStreamsAndSeedsIsDifferent) {
  Samples a(64), b(64), c(64);
  add_noise(a, {1, 1}, 0, 1.0);
  add_noise(b, {1, 2}, 0, 1.0);
  add_noise(c, {2, 1}, 0, 1.0);
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
}

}  // namespace
}  // namespace earshot::radio
