#include "radio/evidence/common_cells.h"

#include <gtest/gtest.h>

#include "tests/doubles/fake_snippets.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kSize = 65'536;
constexpr Band kBand = {0, 0.225};
constexpr int kTrials = 60;
constexpr double kBandCells = 115.0 / 256 * kSize;

Samples noise(std::uint64_t seed, double power = 1) {
  Samples samples(kSize);
  add_noise(samples, power, seed);
  return samples;
}

Overlap with_common(double power, std::uint64_t seed) {
  Overlap both{noise(3 * seed), noise(3 * seed + 1)};
  const Samples common = noise(3 * seed + 2, power);
  for (std::size_t k = 0; k < kSize; ++k) both.one[k] += common[k], both.other[k] += common[k];
  return both;
}

TEST(CommonCells, CountEveryCellOfWhiteNoise) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    EXPECT_NEAR(common_cells(with_common(0, seed), kBand).count, kBandCells, 0.03 * kBandCells);
  }
}

TEST(CommonCells, CountHalfOfThemWhereNeitherHasAnythingInHalfOfTheTime) {
  Overlap both = with_common(0, 1);
  std::fill_n(both.one.begin(), kSize / 2, Sample());
  std::fill_n(both.other.begin(), kSize / 2, Sample());
  EXPECT_NEAR(common_cells(both, kBand).count, kBandCells / 2, 0.03 * kBandCells);
}

TEST(CommonCells, CountFewWhereSomeAreLoud) {
  Overlap both = with_common(0, 1);
  for (std::size_t k = 0; k < kSize / 16; ++k) both.one[k] *= 30.0F, both.other[k] *= 30.0F;
  EXPECT_NEAR(common_cells(both, kBand).count, kBandCells / 16, 0.02 * kBandCells);
}

// The square of what chance makes two noises correlate is 1 / count on average, also where they
// are in a few cells only.
TEST(CommonCells, SayHowMuchTwoNoisesCorrelateByChance) {
  for (const std::size_t kept : {kSize, kSize / 4}) {
    double squares = 0;
    for (int seed = 0; seed < kTrials; ++seed) {
      Overlap both = with_common(0, static_cast<std::uint64_t>(seed));
      for (Samples* samples : {&both.one, &both.other}) {
        std::fill(samples->begin() + static_cast<std::ptrdiff_t>(kept), samples->end(), Sample());
      }
      const CommonCells cells = common_cells(both, kBand);
      squares += cells.count * std::pow(correlation_of(cells.whole), 2) / kTrials;
    }
    EXPECT_GT(squares, 0.6) << kept;
    EXPECT_LT(squares, 1.5) << kept;
  }
}

TEST(CommonCells, CorrelateByTheShareThatIsCommon) {
  for (const double power : {0.05, 0.25, 1.0, 10.0}) {
    const CommonCells cells = common_cells(with_common(power, 7), kBand);
    EXPECT_NEAR(correlation_of(cells.whole), power / (1 + power), 0.02);
    EXPECT_NEAR(median_correlation(cells), power / (1 + power), 0.02);
    EXPECT_NEAR(common_share(cells, &Common::one), power / (1 + power), 0.02);
  }
}

TEST(MedianCorrelation, MakesNothingOfWhatIsInAThirdOfTheTime) {
  Overlap both = with_common(0, 5);
  const Samples burst = noise(99);
  for (std::size_t k = 0; k < kSize / 3; ++k) both.one[k] += burst[k], both.other[k] += burst[k];
  const CommonCells cells = common_cells(both, kBand);
  EXPECT_GT(correlation_of(cells.whole), 0.2);
  EXPECT_LT(median_correlation(cells), 0.05);
}

// Emptied pieces hold no vote.
TEST(MedianCorrelation, IsThatOfWhatIsLeftWhereMostFrequenciesAreGone) {
  Overlap both = with_common(1, 6);
  for (Samples* samples : {&both.one, &both.other}) {
    keep_frequencies(*samples, excise_frequencies(*samples, {0, 0.09}));
  }
  EXPECT_NEAR(median_correlation(common_cells(both, kBand)), 0.5, 0.06);
}

TEST(EvennessOf, TellsAnEmissionInOneBandFromNoise) {
  EXPECT_GT(evenness_of(common_cells(with_common(1, 8), kBand), &Common::one), 0.85);
  Overlap both = with_common(0, 9);
  Samples emission = noise(100, 10);
  keep_frequencies(emission, excise_frequencies(emission, {0.05, 0.12}));
  for (std::size_t k = 0; k < kSize; ++k) {
    both.one[k] += emission[k];
    both.other[k] += emission[k];
  }
  EXPECT_LT(evenness_of(common_cells(both, kBand), &Common::one), 0.1);
}

TEST(CommonCells, OfNothingAreNothing) {
  const CommonCells cells = common_cells({Samples(1000), Samples(1000)}, kBand);
  EXPECT_EQ(cells.count, 0);
  EXPECT_EQ(correlation_of(cells.whole), 0);
  EXPECT_EQ(median_correlation(cells), 0);
  EXPECT_EQ(common_share(cells, &Common::one), 0);
  EXPECT_EQ(evenness_of(cells, &Common::other), 0);
}

}  // namespace
}  // namespace earshot::radio
