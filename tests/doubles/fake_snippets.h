// Snippets as two receivers, or a thief, would have them: beacon, noise and third parties made from
// seeds, quantised as evidence is.
#pragma once
#include <cmath>
#include <random>
#include <vector>

#include "radio/css/rotation.h"
#include "radio/css/waveform.h"
#include "radio/evidence/beacon.h"
#include "radio/evidence/snippet.h"
#include "radio/iq/format.h"

namespace earshot::radio {

struct FakeBurst {
  enum class Kind { lora, fsk, carrier, pulses } kind = Kind::lora;
  double snr_db = 0;  // In the beacon's bandwidth.
  int spreading_factor = 9;
  std::uint64_t seed = 1;               // What is sent; the same seed is the same signal.
  std::ptrdiff_t samples_per_bit = 10;  // Of FSK: 25 kbit/s, shifted by 7.5 kHz.
  double deviation = 0.03;
};

struct FakeEar {
  int spreading_factor = 8;
  double snr_db = 0;
  std::uint64_t noise_seed = 1;
  double offset_hz = 0;      // Of the beacon's carrier.
  double delay_samples = 0;  // Of beacon and bursts.
  std::vector<FakeBurst> bursts = {};
};

inline constexpr std::uint32_t kFakeRateHz = 250'000;
inline constexpr std::uint32_t kFakeBandwidthHz = 125'000;
inline constexpr std::uint64_t kFakeCentreHz = 868'100'000;

inline Bytes fake_beacon_payload() {
  Bytes payload = {0xE0, 0x01};
  for (std::uint8_t i = 0; i < 16; ++i) payload.push_back(static_cast<std::uint8_t>(i * 13 + 5));
  return payload;
}

inline void add_noise(Samples& samples, double power, std::uint64_t seed) {
  std::mt19937_64 bits(seed);
  std::normal_distribution<float> normal(0, static_cast<float>(std::sqrt(power / 2)));
  for (Sample& x : samples) {
    const float re = normal(bits);
    x += Sample(re, normal(bits));
  }
}

inline void add_burst(const FakeBurst& burst, double amplitude, double delay, Samples& out) {
  std::mt19937_64 bits(burst.seed);
  if (burst.kind == FakeBurst::Kind::lora) {
    CssParams params = beacon_params(burst.spreading_factor, kFakeBandwidthHz);
    Bytes payload(24);
    double first = -0.004;  // It was there before.
    while (first * kFakeRateHz < static_cast<double>(out.size())) {
      for (std::uint8_t& byte : payload) byte = static_cast<std::uint8_t>(bits());
      const CssWaveform waveform = CssWaveform::create(params, payload).value();
      waveform.add_to(out, -first - delay / kFakeRateHz, 1.0 / kFakeRateHz, amplitude, 3e-3, 0.1);
      first += waveform.duration_seconds() + 0.002;
    }
    return;
  }
  double phase = 0;
  for (std::size_t k = 0; k < out.size(); ++k) {
    const auto at = static_cast<std::ptrdiff_t>(static_cast<double>(k) - delay);
    double frequency = 0.07;
    bool on = true;
    if (burst.kind == FakeBurst::Kind::fsk) {
      std::mt19937_64 bit(burst.seed +
                          static_cast<std::uint64_t>(at / burst.samples_per_bit + 1'000'000));
      frequency = 0.05 + (bit() % 2 == 0 ? burst.deviation : -burst.deviation);
    } else if (burst.kind == FakeBurst::Kind::pulses) {
      on = (at / 500) % 8 == 0;
    }
    phase += frequency;
    if (!on) continue;
    const double angle = 2 * M_PI * phase;
    out[k] += Sample(static_cast<float>(amplitude * std::cos(angle)),
                     static_cast<float>(amplitude * std::sin(angle)));
  }
}

// Noise has the power 1 in the beacon's bandwidth, 2 in all.
inline Samples fake_samples(const FakeEar& ear) {
  const CssParams params = beacon_params(ear.spreading_factor, kFakeBandwidthHz);
  const CssWaveform beacon = CssWaveform::create(params, fake_beacon_payload()).value();
  const double lead = 32 * symbol_seconds(params);
  const double whole = lead + beacon.duration_seconds() + 8 * symbol_seconds(params);
  Samples samples(static_cast<std::size_t>(whole * kFakeRateHz));
  const double clock = ear.offset_hz / static_cast<double>(kFakeCentreHz);
  beacon.add_to(samples, -lead - ear.delay_samples / kFakeRateHz, (1 + clock) / kFakeRateHz,
                std::pow(10, ear.snr_db / 20), ear.offset_hz / kFakeRateHz, 0.3);
  for (const FakeBurst& burst : ear.bursts) {
    add_burst(burst, std::pow(10, burst.snr_db / 20), ear.delay_samples, samples);
  }
  add_noise(samples, 2, ear.noise_seed);
  return samples;
}

inline Snippet fake_snippet(Samples samples, float full_scale = 0.99F) {
  float peak = 0;
  for (const Sample& x : samples) peak = std::max({peak, std::abs(x.real()), std::abs(x.imag())});
  for (Sample& x : samples) x *= full_scale / peak;
  Snippet snippet;
  snippet.rate_hz = kFakeRateHz;
  snippet.centre_hz = kFakeCentreHz;
  snippet.bytes = encode_samples(snippet.format, samples);
  return snippet;
}

struct Theft {
  double added_noise_db = 0;  // Relative to the noise that is there.
  std::size_t delay_samples = 0;
  double offset_hz = 0;
  std::uint64_t seed = 99;
  double clock_ppm = 0;      // Played so much faster, its carrier left where it was.
  double full_scale = 0.99;  // Its peak: the less, the coarser its bytes.
};

inline constexpr std::ptrdiff_t kReach = 16;  // Taps either side of a resampled sample.

// The samples between samples, by a windowed sinc.
inline Samples resampled(const Samples& samples, double clock_ppm) {
  Samples out(samples.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    const double place = static_cast<double>(k) * (1 + clock_ppm * 1e-6);
    const auto middle = static_cast<std::ptrdiff_t>(std::floor(place));
    const double part = place - static_cast<double>(middle);
    std::complex<double> sum = 0;
    for (std::ptrdiff_t tap = 1 - kReach; tap <= kReach; ++tap) {
      const std::ptrdiff_t at = middle + tap;
      if (at < 0 || at >= static_cast<std::ptrdiff_t>(samples.size())) continue;
      const double x = M_PI * (part - static_cast<double>(tap));
      const double window = 0.5 + 0.5 * std::cos(x / kReach);
      const double weight = x == 0 ? 1 : window * std::sin(x) / x;
      sum += weight * std::complex<double>(samples[static_cast<std::size_t>(at)]);
    }
    out[k] = Sample(sum);
  }
  return out;
}

// What a thief makes of somebody's bytes.
inline Snippet stolen(const Snippet& from, const Theft& theft) {
  Samples samples = decode_samples(from.format, from.bytes);
  const double quiet_share = 32.0 / 85;  // Before the beacon there is noise alone.
  const auto quiet =
      static_cast<std::size_t>(quiet_share * static_cast<double>(samples.size()) / 2);
  double noise = 0;
  for (std::size_t k = 0; k < quiet; ++k) noise += std::norm(samples[k]);
  noise /= static_cast<double>(quiet);
  samples.insert(samples.begin(), theft.delay_samples, Sample());
  samples.resize(samples.size() - theft.delay_samples);
  if (theft.clock_ppm != 0) samples = resampled(samples, theft.clock_ppm);
  rotate({0.2, theft.offset_hz / kFakeRateHz, 0}, samples);
  add_noise(samples, noise * std::pow(10, theft.added_noise_db / 10), theft.seed);
  return fake_snippet(std::move(samples), static_cast<float>(theft.full_scale));
}

}  // namespace earshot::radio
