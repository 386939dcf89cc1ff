#include "radio/css/kernels.h"

#include <gtest/gtest.h>

#include "radio/css/rotation.h"
#include "tests/unit/radio/css/noise.h"

namespace earshot::radio {
namespace {

constexpr std::array<std::size_t, 7> kSizes = {0, 2, 17, 63, 128, 1000, 4099};

Samples random_samples(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Samples samples(size);
  add_white_noise(random, 1, samples);
  return samples;
}

void expect_near(SampleView a, SampleView b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) ASSERT_LT(std::abs(a[k] - b[k]), tolerance) << k;
}

TEST(Kernels, MultiplyAsTheScalarPathDoes) {
  for (const std::size_t size : kSizes) {
    const Samples a = random_samples(size, 1);
    const Samples b = random_samples(size, 2);
    Samples fast(size);
    Samples plain(size);
    multiply(a, b, fast);
    scalar::multiply(a, b, plain);
    expect_near(fast, plain, 1e-5F);
  }
}

TEST(Kernels, AddWeightedAsTheScalarPathDoes) {
  for (const std::size_t size : kSizes) {
    const Samples samples = random_samples(size, 7);
    std::vector<float> weights(size);
    powers(samples, weights);
    Samples fast = random_samples(size, 8);
    Samples plain = fast;
    add_weighted(samples, weights, {0.6F, -0.8F}, fast);
    scalar::add_weighted(samples, weights, {0.6F, -0.8F}, plain);
    expect_near(fast, plain, 1e-4F);
  }
}

TEST(Kernels, SumWeightedAsTheScalarPathDoes) {
  for (const std::size_t size : kSizes) {
    const Samples samples = random_samples(size, 9);
    std::vector<float> weights;
    for (std::size_t k = 0; k < size; ++k) weights.insert(weights.end(), 2, samples[k].real());
    const Sample error = weighted_sum(weights, samples) - scalar::weighted_sum(weights, samples);
    EXPECT_LT(std::abs(error), 1e-5 * static_cast<double>(size + 1)) << size;
  }
}

TEST(Kernels, SumAndFindPeaksAsTheScalarPathDoes) {
  for (const std::size_t size : kSizes) {
    const Samples samples = random_samples(size, 3);
    std::vector<float> fast(size);
    std::vector<float> plain(size);
    powers(samples, fast);
    scalar::powers(samples, plain);
    for (std::size_t k = 0; k < size; ++k) ASSERT_NEAR(fast[k], plain[k], 1e-5F);
    EXPECT_NEAR(sum(plain), scalar::sum(plain), 1e-5 * static_cast<double>(size));
    EXPECT_LT(std::abs(sum(samples) - scalar::sum(samples)), 1e-5 * static_cast<double>(size + 1));
    if (size >= 16 && size % 16 == 0) {
      EXPECT_EQ(largest(plain), scalar::largest(plain));
    }
    accumulate(plain, fast);
    scalar::accumulate(plain, plain);
    for (std::size_t k = 0; k < size; ++k) ASSERT_NEAR(fast[k], plain[k], 1e-5F);
  }
}

TEST(Kernels, AddRowsAsTheScalarPathDoes) {
  for (const std::size_t size : {2, 17, 128, 512, 513, 4096}) {
    std::vector<std::vector<float>> rows;
    for (std::uint64_t row = 0; row < 5; ++row) {
      powers(random_samples(size, 20 + row), rows.emplace_back(size));
    }
    std::vector<float> fast(size);
    std::vector<float> plain(size);
    const SumsFound found = add_rows(rows, fast);
    const SumsFound expected = scalar::add_rows(rows, plain);
    for (std::size_t k = 0; k < size; ++k) ASSERT_NEAR(fast[k], plain[k], 1e-5F) << k;
    EXPECT_NEAR(found.largest_pair, expected.largest_pair, 1e-5F);
    EXPECT_NEAR(found.total, expected.total, 1e-5 * static_cast<double>(size));
  }
}

TEST(Kernels, AddPairsAsTheScalarPathDoes) {
  for (const std::size_t size : {2, 17, 128, 4096}) {
    std::vector<float> a(size);
    std::vector<float> b(size);
    powers(random_samples(size, 9), a);
    powers(random_samples(size, 10), b);
    std::vector<float> fast(size);
    std::vector<float> plain(size);
    pair_sums(a, b, fast);
    scalar::pair_sums(a, b, plain);
    for (std::size_t k = 0; k < size; ++k) ASSERT_NEAR(fast[k], plain[k], 1e-5F) << k;
  }
}

TEST(Kernels, FilterAsTheScalarPathDoes) {
  const std::vector<float> taps = {0.1F, -0.2F, 0.5F, 1.0F, 0.5F, -0.2F, 0.1F, 0.05F};
  for (const std::size_t size : kSizes) {
    const Samples even = random_samples(size + taps.size() / 2, 4);
    const Samples odd = random_samples(size + taps.size() / 2, 5);
    Samples fast(size);
    Samples plain(size);
    half_rate_filter(taps, even, odd, fast);
    scalar::half_rate_filter(taps, even, odd, plain);
    expect_near(fast, plain, 1e-5F);
  }
}

TEST(Rotation, FindsPointsOfTheUnitCircle) {
  std::vector<double> turns = {0, 0.125, 0.25, 0.375, 0.5, 0.75, 1, -0.25, -0.5, 1e6 + 0.1};
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(-300, 300);
  for (int i = 0; i < 1000; ++i) turns.push_back(uniform(random));
  std::vector<double> re(turns.size());
  std::vector<double> im(turns.size());
  points(turns, re, im);
  for (std::size_t k = 0; k < turns.size(); ++k) {
    const auto expected = std::polar(1.0, 2 * M_PI * (turns[k] - std::floor(turns[k])));
    ASSERT_LT(std::abs(std::complex(re[k], im[k]) - expected), 1e-12) << turns[k];
  }
}

TEST(Rotation, FollowsTheSineForAnyLengthAndSlope) {
  for (const std::size_t size : kSizes) {
    const QuadraticPhase phase = {0.3, -0.4321, 1.0 / 777};
    Samples fast(size);
    Samples plain(size);
    add_rotation(phase, 0.5, fast);
    for (std::size_t k = 0; k < size; ++k) {
      const auto x = static_cast<double>(k);
      const double turns =
          phase.phase_turns + x * (phase.turns_per_sample + x * phase.turns_per_sample2 / 2);
      plain[k] = Sample(std::polar(0.5, 2 * M_PI * (turns - std::floor(turns))));
    }
    expect_near(fast, plain, 1e-6F);
    const Samples samples = random_samples(size, 6);
    Samples turned(size);
    rotate(phase, samples, turned);
    scalar::multiply(samples, plain, plain);
    for (Sample& sample : turned) sample *= 0.5F;
    expect_near(turned, plain, 1e-5F);
  }
}

}  // namespace
}  // namespace earshot::radio
