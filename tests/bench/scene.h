// The air of the radio benchmarks: single packets in noise over the whole band, a gateway's stream
// full of frames, and the receivers that listen to them.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "radio/channel/random.h"
#include "radio/css/receiver.h"
#include "tests/bench/cpu_seconds.h"
#include "tests/unit/radio/css/noise.h"

namespace earshot::radio {

inline constexpr double kBandwidth = 125e3;
inline constexpr double kPacketRate = 500e3;  // Four samples per chip.
inline constexpr double kPacketChannel = 868.1e6;
inline constexpr double kOffsetPpm = 10;
inline constexpr int kPayloadBytes = 20;

inline double power_ratio(double decibel) { return std::pow(10, decibel / 10); }

// A packet of `params` at amplitude 1: carrier offset uniform in +-10 ppm with the symbol clock
// tied to it, any fraction of a sample, any phase. The same number makes the same packet.
struct Packet {
  TestFrame frame;
  Samples samples;
};
inline Packet make_packet(const CssParams& params, std::uint64_t number, double snr_db) {
  const auto factor = static_cast<std::uint64_t>(params.spreading_factor);
  std::mt19937_64 random(1000000 * factor + number);
  std::uniform_real_distribution<double> uniform(-1, 1);
  Packet packet;
  TestFrame& frame = packet.frame;
  frame.params = params;
  frame.payload = random_payload(random, kPayloadBytes);
  frame.clock = kOffsetPpm * 1e-6 * uniform(random);
  frame.carrier_hz = kPacketChannel * frame.clock;
  const double symbol = symbol_seconds(params) * kPacketRate;
  frame.start_sample = (10 + 2 * uniform(random)) * symbol;
  frame.phase_turns = uniform(random);
  const double length = frame_seconds(params, kPayloadBytes) * kPacketRate + 24 * symbol;
  packet.samples.resize(static_cast<std::size_t>(length));
  frame.add_to(packet.samples, kPacketRate);
  add_noise(packet.samples, {factor, number}, 0, kPacketRate / kBandwidth / power_ratio(snr_db));
  return packet;
}

inline Receiver packet_receiver(int spreading_factor, bool radio_frequency_known) {
  ReceiverConfig config;
  config.rate_hz = kPacketRate;
  config.centre_hz = kPacketChannel;
  config.radio_frequency_known = radio_frequency_known;
  config.channels = {{kPacketChannel, kBandwidth}};
  config.spreading_factors = {spreading_factor};
  return std::move(*Receiver::create(config));
}

// The packet as the receiver reports it, or nothing.
inline std::optional<Frame> hear(Receiver& receiver, const Packet& packet) {
  std::optional<Frame> heard;
  const auto keep = [&](const Frame& frame) {
    if (frame.crc_ok == true && frame.payload == packet.frame.payload) heard = frame;
  };
  receiver.push(packet.samples, keep);
  receiver.flush(keep);
  return heard;
}

// Eight channels of 125 kHz, 200 kHz apart, in 2 MS/s, all spreading factors in each.
inline constexpr double kGatewayRate = 2e6;
inline constexpr int kGatewayChannels = 8;
inline ReceiverConfig gateway() {
  ReceiverConfig config;
  config.rate_hz = kGatewayRate;
  config.centre_hz = 868e6;
  config.radio_frequency_known = true;
  for (int i = 0; i < kGatewayChannels; ++i) {
    config.channels.push_back({868e6 + 200e3 * i - 700e3, kBandwidth});
  }
  return config;
}

inline std::string name_of(const CssParams& params) {
  return "SF" + std::to_string(params.spreading_factor) + " 4/" +
         std::to_string(params.coding_rate + 4);
}

}  // namespace earshot::radio
