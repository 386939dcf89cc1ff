#include "radio/channel/propagation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace earshot::radio {
namespace {

constexpr Hertz kFrequency(868.1e6);

TEST(FreeSpace, LosesWhatFriisSays) {
  // Given: 32.45 + 20 log10(f / MHz) + 20 log10(d / km), ITU-R P.525.
  const double expected = 32.447783 + 20 * std::log10(868.1) + 20 * std::log10(5.0);
  EXPECT_NEAR(path_loss({}, Meters(5000), kFrequency, 0).value(), expected, 1e-4);
}

TEST(LogDistance, FollowsItsExponentBeyondTheReference) {
  const PathLoss model = {PathLossModel::log_distance, 3.5, 100, 0};
  const double near = path_loss(model, Meters(100), kFrequency, 0).value();
  EXPECT_NEAR(near, path_loss({}, Meters(100), kFrequency, 0).value(), 1e-9);
  EXPECT_NEAR(path_loss(model, Meters(1000), kFrequency, 0).value() - near, 35.0, 1e-9);
}

TEST(Shadowing, AddsItsDrawInDecibels) {
  const PathLoss model = {PathLossModel::log_distance, 3.5, 100, 6};
  const double middle = path_loss(model, Meters(2000), kFrequency, 0).value();
  EXPECT_NEAR(path_loss(model, Meters(2000), kFrequency, 1.5).value() - middle, 9, 1e-9);
}

TEST(PathLoss, PropertyGrowsWithDistanceAndIsNeverBelowFreeSpace) {
  for (const double exponent : {1.6, 2.0, 2.7, 4.0}) {
    for (const double shadow : {-4.0, 0.0, 2.0}) {
      const PathLoss model = {PathLossModel::log_distance, exponent, 100, 5};
      double before = -1000;
      for (double meters = 0.01; meters < 2e5; meters *= 1.3) {
        const double loss = path_loss(model, Meters(meters), kFrequency, shadow).value();
        EXPECT_GE(loss, before) << meters;
        EXPECT_GE(loss, path_loss({}, Meters(meters), kFrequency, 0).value()) << meters;
        before = loss;
      }
    }
  }
}

TEST(ThermalNoise, IsMinus174DbmPerHertz) {
  EXPECT_NEAR(thermal_noise(Hertz(1), Db(0)).value(), -173.975, 1e-3);
  EXPECT_NEAR(thermal_noise(Hertz(125e3), Db(6)).value(), -117.006, 1e-3);
}

TEST(TwoRay, TakesDelayAndPhaseFromTheLongerWay) {
  const Tap tap = two_ray_tap(Meters(1000), Meters(10), Meters(30), kFrequency, Db(-3));
  const double difference = std::hypot(1000, 40) - std::hypot(1000, 20);
  EXPECT_NEAR(tap.delay_s, difference / 299792458.0, 1e-15);
  EXPECT_EQ(tap.gain_db, -3);
  const double turns = 0.5 - difference * kFrequency.value() / 299792458.0;
  EXPECT_NEAR(std::cos(2 * M_PI * tap.phase_turns), std::cos(2 * M_PI * turns), 1e-6);
}

TEST(TwoRay, NeverReflectsMoreThanCame) {
  EXPECT_EQ(two_ray_tap(Meters(10), Meters(1), Meters(1), kFrequency, Db(3)).gain_db, 0);
}

}  // namespace
}  // namespace earshot::radio
