// A beacon of known power, time and offset in a receiver's wideband samples: what the evidence's
// tests cut and measure.
#pragma once
#include <gtest/gtest.h>

#include <cmath>

#include "radio/channel/air.h"
#include "radio/channel/propagation.h"
#include "radio/evidence/beacon.h"
#include "radio/evidence/snippet.h"
#include "radio/iq/format.h"

namespace earshot::radio {

inline constexpr std::uint64_t kChannelHz = 868'500'000;
inline constexpr double kLeadSeconds = 0.4;  // More than 32 symbols of SF10.

struct Scene {
  int spreading_factor = 7;
  double rate_hz = 1e6;
  double centre_hz = 868.3e6;
  double power_dbm = -90;
  double transmitter_ppm = 4;
  std::uint64_t seed = 1;

  Tag tag{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  CssParams params;
  RadioFrontEnd radio;
  Instant open{1'790'000'000, 250'000'000'000};
  Instant start = open;  // Of the frame, at the receiver's antenna port.
  Samples samples;

  void render() {
    params = beacon_params(spreading_factor, 125e3);
    const auto waveform = CssWaveform::create(params, beacon_payload(tag));
    ASSERT_TRUE(waveform);
    radio.rate_hz = rate_hz;
    radio.centre_hz = centre_hz;
    radio.full_scale_dbm = -80;  // Noise is then some 5 steps of ci8.
    radio.noise = {seed, 7};
    Arrival arrival;
    arrival.emission.waveform = &*waveform;
    arrival.emission.start = open + Picoseconds(400'000'123'456);
    arrival.emission.carrier_hz = static_cast<double>(kChannelHz);
    arrival.emission.clock_ppm = transmitter_ppm;
    arrival.delay_s = 12.345e-6;
    arrival.power_dbm = power_dbm;
    start = arrival.emission.start + Picoseconds(12'345'000);
    const double seconds = 2 * kLeadSeconds + waveform->duration_seconds();
    const Bytes bytes =
        render_window(radio, open, static_cast<std::uint64_t>(seconds * rate_hz), 0, {{arrival}});
    samples = decode_samples(radio.format, bytes);
  }
  StreamWindow window() const { return {samples, rate_hz, centre_hz, open}; }
  Calibration calibration() const {
    return {static_cast<std::int32_t>(std::lround(100 * radio.full_scale_dbm))};
  }
  Instant true_anchor() const {
    // The symbols of a transmitter whose clock is fast are short.
    const double seconds = anchor_seconds(params) / (1 + transmitter_ppm * 1e-6);
    return start + Picoseconds(std::llround(seconds * 1e12));
  }
  double true_snr_db() const {
    return power_dbm - thermal_noise(Hertz(125e3), Db(radio.noise_figure_db)).value();
  }
  // What a receiver would say of it.
  Frame frame() const {
    Frame frame;
    frame.params = params;
    frame.params.ldro = LowDataRate::off;
    frame.frequency_hz = static_cast<double>(kChannelHz);
    frame.start_sample = static_cast<double>((start - open).count()) * rate_hz / 1e12;
    frame.sample_count = frame_seconds(params, kBeaconPayloadSize) * rate_hz;
    frame.payload = beacon_payload(tag);
    frame.crc_ok = true;
    return frame;
  }
};

inline double nanos(Picoseconds span) { return static_cast<double>(span.count()) / 1000; }

}  // namespace earshot::radio
