#include "radio/channel/air.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "radio/iq/format.h"

namespace earshot::radio {
namespace {

constexpr Instant kOpen = {1'700'000'000, 0};
const Bytes kPayload = {0xE0, 0x01, 2, 3, 4, 5};

CssWaveform waveform(int spreading_factor = 7) {
  CssParams params;
  params.spreading_factor = spreading_factor;
  return *CssWaveform::create(params, kPayload);
}

RadioFrontEnd quiet_radio(SampleFormat format = SampleFormat::cf32) {
  RadioFrontEnd radio;
  radio.rate_hz = 500e3;
  radio.full_scale_dbm = -40;
  radio.noise_figure_db = -300;  // Next to nothing.
  radio.format = format;
  return radio;
}

Arrival arrival_of(const CssWaveform& frame, double start_s) {
  Arrival arrival;
  arrival.emission.waveform = &frame;
  arrival.emission.start = kOpen + Picoseconds(std::llround(start_s * 1e12));
  arrival.emission.carrier_hz = 868.3e6;
  arrival.power_dbm = -46;
  return arrival;
}

Samples render(const RadioFrontEnd& radio, std::uint64_t count, std::span<const Arrival> arrivals) {
  return decode_samples(radio.format, render_window(radio, kOpen, count, 0, arrivals));
}

double mean_power(SampleView samples) {
  double sum = 0;
  for (const Sample& sample : samples) sum += static_cast<double>(std::norm(sample));
  return sum / static_cast<double>(samples.size());
}

// The largest difference between `samples` and the waveform at (n * step + first) seconds, turned
// by `hertz` from its start on.
double error_against(const CssWaveform& frame, SampleView samples, double first_s, double step_s,
                     double stretch, double amplitude, double hertz, double turns) {
  double worst = 0;
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const double elapsed = first_s + static_cast<double>(n) * step_s;
    const double seconds = elapsed * stretch;
    // Within 10 ns of an end, whether the sample is inside is not the question here.
    if (std::abs(seconds) < 1e-8 || std::abs(seconds - frame.duration_seconds()) < 1e-8) continue;
    std::complex<double> expected = 0;
    if (seconds >= 0 && seconds < frame.duration_seconds()) {
      expected = std::polar(
          amplitude, 2 * M_PI * std::fmod(frame.phase_turns(seconds) + hertz * elapsed + turns, 1));
    }
    worst = std::max(worst, std::abs(expected - std::complex<double>(samples[n])));
  }
  return worst;
}

TEST(Air, GivesAFrameItsPowerAndItsTimeOfFlight) {
  const CssWaveform frame = waveform();
  Arrival arrival = arrival_of(frame, 0.004);
  arrival.delay_s = 33.356409e-6;  // 10 km, 16.7 samples.
  arrival.phase_turns = 0.3;
  const Samples samples = render(quiet_radio(), 40000, std::span(&arrival, 1));
  const double amplitude = std::pow(10, -6.0 / 20);
  EXPECT_LT(error_against(frame, samples, -0.004 - arrival.delay_s, 2e-6, 1, amplitude, 0, 0.3),
            2e-5);
}

TEST(Air, TiesCarrierAndSymbolClockToTheTransmittersOscillator) {
  const CssWaveform frame = waveform();
  Arrival arrival = arrival_of(frame, 0.001);
  arrival.emission.clock_ppm = 20;
  arrival.emission.carrier_hz = 868.2e6;
  const Samples samples = render(quiet_radio(), 40000, std::span(&arrival, 1));
  const double hertz = -100e3 + 868.2e6 * 20e-6;
  EXPECT_LT(
      error_against(frame, samples, -0.001, 2e-6, 1 + 20e-6, std::pow(10, -6.0 / 20), hertz, 0),
      3e-5);
}

TEST(Air, TiesTuningAndSampleClockToTheReceiversOscillator) {
  const CssWaveform frame = waveform();
  const Arrival arrival = arrival_of(frame, 0.001);
  RadioFrontEnd radio = quiet_radio();
  radio.clock_ppm = -15;
  const Samples samples = render(radio, 40000, std::span(&arrival, 1));
  const double hertz = 868.3e6 * 15e-6;
  EXPECT_LT(error_against(frame, samples, -0.001, 2e-6 / (1 - 15e-6), 1, std::pow(10, -6.0 / 20),
                          hertz, 0),
            3e-5);
}

TEST(Air, AddsFurtherPathsLaterWeakerAndTurned) {
  const CssWaveform frame = waveform();
  Arrival arrival = arrival_of(frame, 0.001);
  arrival.emission.carrier_hz += 50e3;
  const Samples direct = render(quiet_radio(), 30000, std::span(&arrival, 1));
  arrival.taps = {{5e-6, -6, 0.25}};
  Samples both = render(quiet_radio(), 30000, std::span(&arrival, 1));
  for (std::size_t i = 0; i < both.size(); ++i) both[i] -= direct[i];
  // The carrier's own turn over the delay is part of the tap's phase; the offset runs on.
  EXPECT_LT(error_against(frame, both, -0.001 - 5e-6, 2e-6, 1, std::pow(10, -12.0 / 20), 50e3,
                          0.25 + 50e3 * 5e-6),
            3e-5);
}

TEST(Air, HasThermalNoiseOverItsWholeBand) {
  RadioFrontEnd radio = quiet_radio();
  radio.noise_figure_db = 6;
  radio.full_scale_dbm = -100;
  constexpr std::uint64_t count = 200000;
  const double expected = std::pow(10, (thermal_noise(Hertz(500e3), Db(6)).value() + 100) / 10);
  EXPECT_NEAR(mean_power(render(radio, count, {})) / expected, 1, 5 / std::sqrt(count));
}

TEST(Air, QuantisesAndClips) {
  const CssWaveform frame = waveform();
  Arrival arrival = arrival_of(frame, 0);
  arrival.power_dbm = -20;  // 20 dB over full scale.
  const Bytes bytes =
      render_window(quiet_radio(SampleFormat::ci8), kOpen, 5000, 0, std::span(&arrival, 1));
  EXPECT_EQ(bytes.size(), 10000U);
  EXPECT_GT(
      std::count(bytes.begin(), bytes.end(), 127) + std::count(bytes.begin(), bytes.end(), 128),
      8000);
}

TEST(Air, HearsNothingWhoseCentreIsOutsideItsBand) {
  const CssWaveform frame = waveform();
  Arrival arrival = arrival_of(frame, 0);
  arrival.emission.carrier_hz += 251e3;
  EXPECT_LT(mean_power(render(quiet_radio(), 5000, std::span(&arrival, 1))), 1e-20);
}

std::vector<Arrival> three_arrivals(const CssWaveform& a, const CssWaveform& b) {
  std::vector<Arrival> arrivals = {arrival_of(a, 0.003), arrival_of(b, 0.0031),
                                   arrival_of(a, 0.0102)};
  arrivals[1].emission.clock_ppm = 7;
  arrivals[2].power_dbm = -53.21;
  arrivals[2].taps = {{3e-7, -4, 0.1}};
  return arrivals;
}

TEST(Air, PropertyAWindowRenderedInPartsIsTheSameBytes) {
  const CssWaveform a = waveform(7), b = waveform(8);
  const std::vector<Arrival> arrivals = three_arrivals(a, b);
  for (const SampleFormat format : {SampleFormat::ci8, SampleFormat::cf32}) {
    RadioFrontEnd radio = quiet_radio(format);
    radio.noise_figure_db = 6;
    radio.clock_ppm = 1.7;
    radio.noise = {3, 9};
    const Bytes whole = render_window(radio, kOpen, 30001, 77, arrivals);
    for (const std::uint64_t cut : {1ULL, 4095ULL, 4096ULL, 12345ULL, 30000ULL}) {
      Bytes parts = render_part(radio, kOpen, 0, cut, 77, arrivals);
      const Bytes rest = render_part(radio, kOpen, cut, 30001 - cut, 77, arrivals);
      parts.insert(parts.end(), rest.begin(), rest.end());
      EXPECT_EQ(parts, whole) << cut;
    }
  }
}

TEST(Air, PropertyTheOrderOfArrivalsDoesNotMatter) {
  const CssWaveform a = waveform(7), b = waveform(8);
  std::vector<Arrival> arrivals = three_arrivals(a, b);
  std::vector<std::size_t> order = {0, 1, 2};
  const Bytes expected = render_window(quiet_radio(), kOpen, 20000, 0, arrivals);
  while (std::next_permutation(order.begin(), order.end())) {
    const std::vector<Arrival> shuffled = {arrivals[order[0]], arrivals[order[1]],
                                           arrivals[order[2]]};
    EXPECT_EQ(render_window(quiet_radio(), kOpen, 20000, 0, shuffled), expected);
  }
}

}  // namespace
}  // namespace earshot::radio
