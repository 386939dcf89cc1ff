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
// A third party's signal in the original takes nothing away from what gives a copy away.
TEST_P(SharedInterferer, DoesNotHideACopy) {
  const FakeBurst burst = GetParam();
  const double more = std::max(0.0, burst.snr_db - 6);
  const Snippet original =
      fake_snippet(fake_samples({.snr_db = 12 + more, .noise_seed = 5, .bursts = {burst}}));
  EXPECT_GT(
      noise_correlation_ppm(residual(original), residual(stolen(original, {.added_noise_db = 3}))),
      kShared);
}
using Kind = FakeBurst::Kind;
INSTANTIATE_TEST_SUITE_P(
    Kinds, SharedInterferer,
    ::testing::Values(FakeBurst{Kind::lora, -15, 12}, FakeBurst{Kind::lora, -10, 12},
                      FakeBurst{Kind::lora, -5, 9}, FakeBurst{Kind::lora, 0, 10},
                      FakeBurst{Kind::lora, 0, 7}, FakeBurst{Kind::lora, 15, 9},
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
