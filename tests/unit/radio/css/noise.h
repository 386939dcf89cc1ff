// Frames in noise, for the tests of the receiver's parts: a seed makes the same samples every time.
#pragma once
#include <cmath>
#include <random>

#include "radio/css/waveform.h"

namespace earshot::radio {

inline std::vector<std::uint8_t> random_payload(std::mt19937_64& random, int size) {
  std::vector<std::uint8_t> payload(static_cast<std::size_t>(size));
  for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
  return payload;
}

inline void add_white_noise(std::mt19937_64& random, double power, Samples& samples) {
  std::normal_distribution<float> gauss(0, static_cast<float>(std::sqrt(power / 2)));
  for (Sample& sample : samples) sample += Sample(gauss(random), gauss(random));
}

// As the air makes it: a transmitter whose clock is fast by `ppm` shifts carrier and symbol clock.
struct TestFrame {
  CssParams params;
  std::vector<std::uint8_t> payload;
  double start_sample = 0;  // Fractional.
  double carrier_hz = 0;    // From the stream's centre, clock error included.
  double clock = 0;         // 1e-6: one ppm fast.
  double amplitude = 1;
  double phase_turns = 0;

  double anchor_sample(double rate_hz) const {
    return start_sample + anchor_seconds(params) * rate_hz / (1 + clock);
  }
  void add_to(Samples& samples, double rate_hz) const {
    const auto waveform = CssWaveform::create(params, payload);
    waveform->add_to(samples, -start_sample / rate_hz * (1 + clock), (1 + clock) / rate_hz,
                     amplitude, carrier_hz / rate_hz, phase_turns);
  }
};

}  // namespace earshot::radio
