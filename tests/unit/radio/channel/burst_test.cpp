#include "radio/channel/burst.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace earshot::radio {
namespace {

constexpr double kFullScaleDbm = -40;

RadioFrontEnd receiver(double rate_hz, double centre_hz) {
  RadioFrontEnd radio;
  radio.rate_hz = rate_hz;
  radio.centre_hz = centre_hz;
  radio.full_scale_dbm = kFullScaleDbm;
  return radio;
}

Samples tone(double hertz, double rate_hz, std::size_t count) {
  Samples samples(count);
  for (std::size_t n = 0; n < count; ++n) {
    const double turns = hertz * static_cast<double>(n) / rate_hz;
    samples[n] = Sample(std::polar(1.0, 2 * std::numbers::pi * turns));
  }
  return samples;
}

double level_dbfs(SampleView samples) {
  double power = 0;
  for (const Sample& sample : samples) power += static_cast<double>(std::norm(sample));
  return 10 * std::log10(power / static_cast<double>(samples.size()) + 1e-30);
}

Samples heard(const SampledBurst& burst, const RadioFrontEnd& radio, std::size_t count) {
  Samples out(count);
  add_burst(radio, {100, 0}, 0, burst, BurstFilter(burst.rate_hz, radio.rate_hz), out);
  return out;
}

TEST(AddBurst, ArrivesWithThePowerThatTheLinkLeavesAtAnyRatioOfRates) {
  for (const double receiver_rate : {250e3, 1e6, 2.4e6}) {
    const Samples samples = tone(20e3, 1e6, 20000);
    SampledBurst burst{samples, {100, 0}, 1e6, 868e6};
    burst.power_dbm = -63;
    const auto radio = receiver(receiver_rate, 868.05e6);
    const Samples out = heard(burst, radio, static_cast<std::size_t>(receiver_rate * 0.02));
    const SampleView middle = SampleView(out).subspan(out.size() / 4, out.size() / 2);
    EXPECT_NEAR(level_dbfs(middle), -63 - kFullScaleDbm, 0.1) << receiver_rate;
  }
}

TEST(AddBurst, DelaysByTheTimeOfFlightToAFractionOfASample) {
  const Samples samples = tone(0, 1e6, 4000);
  SampledBurst burst{samples, {100, 0}, 1e6, 868e6};
  burst.power_dbm = kFullScaleDbm;
  burst.delay_s = 1000.25e-6;
  const Samples out = heard(burst, receiver(1e6, 868e6), 4000);
  // A step is at half its height half a sample before the first that has it all.
  const float before = out[999].real();
  const float after = out[1000].real();
  EXPECT_NEAR(999 + (0.5F - before) / (after - before), 1000.25 - 0.5, 0.1);
  EXPECT_LT(std::abs(out[980]), 0.02);
  EXPECT_NEAR(std::abs(out[1100]), 1, 0.01);
}

TEST(AddBurst, TurnsByTheDifferenceOfBothOscillators) {
  const Samples samples = tone(0, 250e3, 25000);
  SampledBurst burst{samples, {100, 0}, 250e3, 868e6};
  burst.power_dbm = kFullScaleDbm;
  burst.clock_ppm = 10;
  RadioFrontEnd radio = receiver(250e3, 868e6);
  radio.clock_ppm = -5;
  const Samples out = heard(burst, radio, 20000);
  const double turn = std::arg(std::complex<double>(out[10001]) / std::complex<double>(out[10000]));
  EXPECT_NEAR(turn / (2 * std::numbers::pi) * 250e3, 868e6 * 15e-6, 1);
}

TEST(AddBurst, IsNotHeardFromOutsideTheBand) {
  const Samples samples = tone(0, 1e6, 20000);
  SampledBurst burst{samples, {100, 0}, 1e6, 869e6};
  burst.power_dbm = kFullScaleDbm;
  EXPECT_LT(level_dbfs(heard(burst, receiver(250e3, 868e6), 5000)), -200);
}

}  // namespace
}  // namespace earshot::radio
