#include "radio/evidence/noise.h"

#include <gtest/gtest.h>

#include "tests/doubles/fake_snippets.h"

namespace earshot::radio {
namespace {

constexpr std::uint32_t kShared = 50'000;  // The policy's correlation_ppm.

Residual residual(const Snippet& snippet, int spreading_factor = 8) {
  auto found = residual_of(snippet, spreading_factor, kFakeBandwidthHz);
  EXPECT_TRUE(found && *found) << (found ? "no beacon" : found.error().detail);
  return found && *found ? std::move(**found) : Residual{};
}
Residual heard(const FakeEar& ear) {
  return residual(fake_snippet(fake_samples(ear)), ear.spreading_factor);
}

TEST(NoiseCorrelation, IsSmallBetweenTwoReceivers) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Residual one = heard({.noise_seed = 2 * seed});
    const Residual other =
        heard({.snr_db = 6, .noise_seed = 2 * seed + 1, .offset_hz = 700, .delay_samples = 3.4});
    EXPECT_LT(noise_correlation_ppm(one, other), kShared) << seed;
  }
}

TEST(NoiseCorrelation, IsSmallAlsoWhereBothHearTheBeaconThirtyDecibelsAboveTheNoise) {
  const Residual one = heard({.snr_db = 30, .noise_seed = 1, .offset_hz = -300});
  const Residual other =
      heard({.snr_db = 33, .noise_seed = 2, .offset_hz = 700, .delay_samples = 3.4});
  EXPECT_LT(noise_correlation_ppm(one, other), kShared);
}

TEST(NoiseCorrelation, ShowsACopyUnderTwentyDecibelsOfNoiseDelayOffsetAndGain) {
  const Snippet original = fake_snippet(fake_samples({.snr_db = 15, .noise_seed = 5}));
  const Residual one = residual(original);
  for (const double added : {-100.0, 0.0, 10.0, 20.0}) {
    const Theft theft{.added_noise_db = added, .delay_samples = 700, .offset_hz = 431};
    const std::uint32_t ppm = noise_correlation_ppm(one, residual(stolen(original, theft)));
    EXPECT_GT(ppm, kShared) << added << " dB added";
    const double expected = 1e6 / std::sqrt(1 + std::pow(10, added / 10));
    EXPECT_NEAR(ppm, expected, 0.25 * expected + 5'000) << added << " dB added";
  }
}

TEST(NoiseCorrelation, ShowsACopyThatWasResampledOrMadeCoarse) {
  const Snippet original = fake_snippet(fake_samples({.snr_db = 18, .noise_seed = 5}));
  const Residual one = residual(original);
  Theft theft{.added_noise_db = 17, .delay_samples = 700, .offset_hz = 131, .clock_ppm = 20};
  EXPECT_GT(noise_correlation_ppm(one, residual(stolen(original, theft))), kShared);
  theft = {.added_noise_db = 17, .delay_samples = 700, .offset_hz = 131, .full_scale = 0.1};
  EXPECT_GT(noise_correlation_ppm(one, residual(stolen(original, theft))), kShared);
}

// 23 104 samples: fewer than the figure's full worth takes.
TEST(NoiseCorrelation, ShowsACopyOfAShortBeaconToo) {
  const Snippet original =
      fake_snippet(fake_samples({.spreading_factor = 7, .snr_db = 18, .noise_seed = 5}));
  const Residual one = residual(original, 7);
  const Residual copy = residual(stolen(original, {.added_noise_db = 20, .offset_hz = 131}), 7);
  EXPECT_GT(noise_correlation_ppm(one, copy), kShared);
  EXPECT_LT(noise_correlation_ppm(one, heard({.spreading_factor = 7, .noise_seed = 6})), kShared);
}

TEST(NoiseCorrelation, IsTheSameBothWaysRoundingApart) {
  const Snippet original = fake_snippet(fake_samples({.snr_db = 5, .noise_seed = 6}));
  const Residual one = residual(original);
  const Residual other = residual(stolen(original, {.added_noise_db = 3, .delay_samples = 90}));
  EXPECT_NEAR(noise_correlation_ppm(one, other), noise_correlation_ppm(other, one), 2'000);
}

class SharedInterferer : public ::testing::TestWithParam<FakeBurst> {};

TEST_P(SharedInterferer, DoesNotMakeTwoHonestReceiversLookLikeOne) {
  const FakeBurst burst = GetParam();
  const double more = std::max(0.0, burst.snr_db - 6);  // Where the beacon drowned.
  const Residual one = heard({.snr_db = 8 + more, .noise_seed = 11, .bursts = {burst}});
  const Residual other = heard({.snr_db = 3 + more,
                                .noise_seed = 12,
                                .offset_hz = 250,
                                .delay_samples = 2,
                                .bursts = {burst}});
  const std::uint32_t ppm = noise_correlation_ppm(one, other);
  EXPECT_LT(ppm, kShared);
  RecordProperty("ppm", static_cast<int>(ppm));
}
// A third party's signal in the original takes nothing away from what gives a copy away, not under
// 20 dB of noise over the original's own either.
TEST_P(SharedInterferer, DoesNotHideACopy) {
  const FakeBurst burst = GetParam();
  const Snippet original = fake_snippet(fake_samples(
      {.snr_db = 18 + std::max(0.0, burst.snr_db - 12), .noise_seed = 5, .bursts = {burst}}));
  const Residual one = residual(original);
  // The thief's noise is told over everything that is there.
  const double more = 10 * std::log10(1 + std::pow(10, burst.snr_db / 10) / 2);
  for (const double added : {3.0, 20.0}) {
    const Theft theft{.added_noise_db = added - more, .delay_samples = 700, .offset_hz = 131};
    EXPECT_GT(noise_correlation_ppm(one, residual(stolen(original, theft))), kShared) << added;
  }
}
// One that is wider than the beacon's band reaches beside it too.
TEST(NoiseCorrelation, IsSmallBetweenTwoReceiversOfAWideEmission) {
  for (const double level : {0.0, 8.0, 15.0, 20.0}) {
    const FakeBurst wide = {FakeBurst::Kind::fsk, level, 9, 1, 3, 0.15};
    const double more = std::max(0.0, level - 12);
    const Residual one = heard({.snr_db = 9 + more, .noise_seed = 1, .bursts = {wide}});
    const Residual other = heard({.snr_db = 6 + more,
                                  .noise_seed = 2,
                                  .offset_hz = 333,
                                  .delay_samples = 4,
                                  .bursts = {wide}});
    EXPECT_LT(noise_correlation_ppm(one, other), kShared) << level;
  }
}
using Kind = FakeBurst::Kind;
INSTANTIATE_TEST_SUITE_P(
    Kinds, SharedInterferer,
    ::testing::Values(FakeBurst{Kind::lora, -15, 12}, FakeBurst{Kind::lora, -10, 12},
                      FakeBurst{Kind::lora, -5, 9}, FakeBurst{Kind::lora, 0, 10},
                      FakeBurst{Kind::lora, 0, 7}, FakeBurst{Kind::lora, 15, 9},
                      FakeBurst{Kind::lora, 8, 7}, FakeBurst{Kind::lora, 20, 7},
                      FakeBurst{Kind::fsk, 5}, FakeBurst{Kind::fsk, 20},
                      FakeBurst{Kind::fsk, 12, 9, 1, 5, 0.1}, FakeBurst{Kind::carrier, 20},
                      FakeBurst{Kind::fsk, -10}, FakeBurst{Kind::fsk, 0}, FakeBurst{Kind::fsk, 3},
                      FakeBurst{Kind::carrier, 0}, FakeBurst{Kind::pulses, 10}));

TEST(ResidualOf, FindsNothingWithoutABeacon) {
  Samples noise(40'000);
  add_noise(noise, 1, 3);
  const auto found = residual_of(fake_snippet(std::move(noise)), 8, kFakeBandwidthHz);
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_FALSE(*found);
}

}  // namespace
}  // namespace earshot::radio
