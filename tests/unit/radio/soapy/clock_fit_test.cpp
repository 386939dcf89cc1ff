#include "radio/soapy/clock_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace earshot::radio {
namespace {

constexpr std::int64_t kTransfer = 8'000'000;
constexpr UnixNanos kStart = 1'700'000'000LL * kNanosPerSecond;

// A device whose clock gains `ppm`, read every 8 ms; a sample is up to `jitter` late, once a second
// almost on time.
struct World {
  double ppm = 0;
  double jitter_ns = 2e6;
  std::mt19937_64 random{5};
  std::int64_t tick(double seconds) const { return std::llround(seconds * 1e9 * (1 + ppm * 1e-6)); }
  void run(ClockFit& fit, double from, double to) {
    std::exponential_distribution<double> late(20 / jitter_ns);
    for (double at = from; at < to; at += 0.008) {
      fit.add(tick(at), kStart + std::llround(at * 1e9 + std::min(late(random), jitter_ns)));
    }
  }
};

double error_ns(const ClockFit::Estimate& estimate, double seconds) {
  const Instant truth{kStart / kNanosPerSecond, 0};
  return static_cast<double>((estimate.utc - truth).count()) / 1000 - seconds * 1e9;
}

TEST(ClockFit, KnowsNothingBeforeTheFirstSample) { EXPECT_FALSE(ClockFit(kTransfer).at(0)); }

TEST(ClockFit, FollowsACrystalWithinItsErrorBar) {
  for (const double ppm : {-30.0, 0.0, 25.0}) {
    ClockFit fit(kTransfer);
    World world{.ppm = ppm};
    world.run(fit, 0, 30);
    for (const double at : {25.0, 29.9, 31.0}) {
      const ClockFit::Estimate estimate = *fit.at(world.tick(at));
      EXPECT_LT(std::abs(error_ns(estimate, at)), 50e3) << ppm << " ppm at " << at;
      EXPECT_LT(std::abs(error_ns(estimate, at)) * 1000, static_cast<double>(estimate.error_ps));
    }
    EXPECT_NEAR(fit.drift_ppm(), -ppm, 3);
  }
}

TEST(ClockFit, SaysThatItKnowsLessAtFirst) {
  ClockFit fit(kTransfer);
  World world{.ppm = 25};
  world.run(fit, 0, 1);
  const std::uint64_t at_first = fit.at(world.tick(3))->error_ps;
  EXPECT_GT(static_cast<double>(at_first), 1000 * std::abs(error_ns(*fit.at(world.tick(3)), 3)));
  world.run(fit, 1, 30);
  EXPECT_LT(fit.at(world.tick(30))->error_ps, at_first);
}

TEST(ClockFit, IsNotMovedByABusyHostButByAClockThatIsSet) {
  ClockFit fit(kTransfer);
  World world;
  world.run(fit, 0, 10);
  fit.add(world.tick(10), kStart + 10 * kNanosPerSecond + 900'000'000);
  EXPECT_LT(std::abs(error_ns(*fit.at(world.tick(10)), 10)), 20e6);
  EXPECT_EQ(fit.jumps(), 0U);
  fit.add(world.tick(10.5), kStart + 3'600 * kNanosPerSecond);
  EXPECT_EQ(fit.jumps(), 1U);
  EXPECT_NEAR(error_ns(*fit.at(world.tick(10.5)), 3600), 0, 1e6);
}

}  // namespace
}  // namespace earshot::radio
