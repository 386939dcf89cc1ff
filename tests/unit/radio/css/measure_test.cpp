#include "radio/css/measure.h"

#include <gtest/gtest.h>

#include "tests/unit/radio/css/noise.h"

namespace earshot::radio {
namespace {

constexpr double kRate = 250e3;
constexpr double kRadio = 868.1e6;

struct Errors {
  double time_rms = 0;  // Seconds.
  double sigma = 0;     // Seconds, mean of what measure() says.
  double rssi = 0;      // Mean, dB.
  double snr = 0;       // Mean, dB.
  double carrier_rms = 0;
};

// `trials` frames in white noise, the expectation off by up to two symbols and two bins.
Errors measure_frames(int spreading_factor, double snr_db, int trials, bool quantise) {
  std::mt19937_64 random(static_cast<std::uint64_t>(spreading_factor));
  std::uniform_real_distribution<double> uniform(-1, 1);
  Errors errors;
  for (int trial = 0; trial < trials; ++trial) {
    TestFrame frame;
    frame.params = {.spreading_factor = spreading_factor, .sync_word = 0x34};
    frame.payload = random_payload(random, 18);
    const double symbol = symbol_seconds(frame.params);
    frame.clock = 10e-6 * uniform(random);
    frame.carrier_hz = kRadio * frame.clock;
    frame.start_sample = 32 * symbol * kRate + 100 * uniform(random);
    frame.amplitude = 0.1;
    frame.phase_turns = uniform(random);
    const double seconds = frame_seconds(frame.params, 18) + 40 * symbol;
    Samples samples(static_cast<std::size_t>(seconds * kRate));
    frame.add_to(samples, kRate);
    add_white_noise(random, 0.01 * std::pow(10, -snr_db / 10) * kRate / 125e3, samples);
    if (quantise) {
      for (Sample& x : samples) {
        x = {std::round(x.real() * 256) / 256, std::round(x.imag() * 256) / 256};
      }
    }
    const auto found = measure({kRate, 0, kRadio}, frame.params, frame.payload, samples,
                               frame.start_sample + 2 * symbol * kRate * uniform(random),
                               frame.carrier_hz + 2 / symbol * uniform(random));
    EXPECT_TRUE(found);
    if (!found) return errors;
    const double late = (found->anchor_sample - frame.anchor_sample(kRate)) / kRate;
    errors.time_rms += late * late / trials;
    errors.sigma += found->anchor_sigma_samples / kRate / trials;
    errors.rssi += (found->rssi_dbfs + 20) / trials;
    errors.snr += (found->snr_db - snr_db) / trials;
    errors.carrier_rms += std::pow(found->carrier_offset_hz - frame.carrier_hz, 2) / trials;
  }
  errors.time_rms = std::sqrt(errors.time_rms);
  errors.carrier_rms = std::sqrt(errors.carrier_rms);
  return errors;
}

TEST(Measure, TimesSpreadingFactorSevenAtMinusFiveWithin300NanosecondsFromEightBits) {
  const Errors errors = measure_frames(7, -5, 20, true);
  EXPECT_LT(errors.time_rms, 150e-9);
  EXPECT_GT(errors.sigma, errors.time_rms / 2);
  EXPECT_LT(errors.sigma, errors.time_rms * 3);
  EXPECT_LT(errors.carrier_rms, 1);
}

TEST(Measure, PowersAreUnbiasedFarBelowTheNoiseAndFarAboveIt) {
  for (const double snr : {-15.0, 0.0, 40.0}) {
    const Errors errors = measure_frames(9, snr, 6, false);
    EXPECT_NEAR(errors.rssi, 0, 0.3) << snr;
    EXPECT_NEAR(errors.snr, 0, 0.35) << snr;
  }
}

TEST(Measure, TimesTheSlowestFramesToo) {
  const Errors errors = measure_frames(12, -15, 2, false);
  EXPECT_LT(errors.time_rms, 200e-9);
}

TEST(Measure, TakesTheChannelsOffsetFromTheStreamsCentre) {
  std::mt19937_64 random(5);
  TestFrame frame;
  frame.payload = random_payload(random, 18);
  frame.start_sample = 5000.37;
  frame.carrier_hz = 200e3 + 2345.6;
  frame.amplitude = 0.25;
  Samples samples(80000);
  frame.add_to(samples, 1e6);
  const auto found = measure({1e6, 200e3, 0}, frame.params, frame.payload, samples, 5100, 2300);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->anchor_sample, frame.anchor_sample(1e6), 1e-2);
  EXPECT_NEAR(found->carrier_offset_hz, 2345.6, 0.01);
  EXPECT_NEAR(found->rssi_dbfs, -12.04, 0.01);
}

TEST(Measure, RefusesAFrameThatDoesNotLieWhollyInTheSamples) {
  std::mt19937_64 random(6);
  TestFrame frame;
  frame.payload = random_payload(random, 18);
  frame.start_sample = 100;
  Samples samples(12900);  // The frame ends at 12964.
  frame.add_to(samples, kRate);
  const auto found = measure({kRate, 0, 0}, frame.params, frame.payload, samples, 100, 0);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::bad_data);
  EXPECT_FALSE(measure({1e3, 0, 0}, frame.params, frame.payload, samples, 100, 0));
  EXPECT_FALSE(measure({kRate, 0, 0}, frame.params, frame.payload, {}, 100, 0));
}

}  // namespace
}  // namespace earshot::radio
