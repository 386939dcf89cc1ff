// Channels in which somebody always sends: the hardest that a receiver has to do.
#pragma once
#include "tests/bench/scene.h"

namespace earshot::radio {

// Frames one after the other, 4 symbols apart, at amplitude 1, of the spreading factors in turn;
// how many. `beacons`: with sync word and payload that every hotspot reports.
inline std::size_t fill_channel(Samples& samples, double rate_hz, double offset_hz,
                                const std::vector<int>& factors, std::uint64_t seed,
                                bool beacons = false) {
  std::mt19937_64 random(seed);
  double start = 1000;
  for (std::size_t frames = 0;; ++frames) {
    TestFrame frame;
    frame.params.spreading_factor = factors[frames % factors.size()];
    frame.payload = random_payload(random, kPayloadBytes);
    if (beacons) {
      frame.params.sync_word = 0x34;
      frame.payload.resize(18);
      frame.payload[0] = 0xe0;
      frame.payload[1] = 0x01;
    }
    frame.start_sample = start + static_cast<double>(random() % 1000) / 1000;
    frame.carrier_hz = offset_hz + static_cast<double>(random() % 10000) - 5000;
    start += (frame_seconds(frame.params, static_cast<int>(frame.payload.size())) +
              4 * symbol_seconds(frame.params)) *
             rate_hz;
    if (start > static_cast<double>(samples.size())) return frames;
    frame.add_to(samples, rate_hz);
  }
}

// So many channels of gateway() full of them, each beginning with another spreading factor; how
// many.
inline std::size_t fill_gateway(Samples& samples, int channels, const std::vector<int>& factors,
                                bool beacons = false) {
  std::size_t sent = 0;
  for (int i = 0; i < channels; ++i) {
    std::vector<int> turned = factors;
    std::rotate(turned.begin(), turned.begin() + i % static_cast<int>(factors.size()),
                turned.end());
    sent += fill_channel(samples, kGatewayRate, 200e3 * i - 700e3, turned,
                         static_cast<std::uint64_t>(i), beacons);
  }
  return sent;
}

}  // namespace earshot::radio
