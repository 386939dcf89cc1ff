// Frames a few decibels above the threshold are all decoded, whatever their fraction of a sample
// and carrier offset. What the threshold is, bench-sensitivity measures.
#include <gtest/gtest.h>

#include "radio/css/receiver.h"
#include "tests/unit/radio/css/noise.h"

namespace earshot::radio {
namespace {

constexpr double kRate = 250e3;
constexpr double kChannel = 868.1e6;

struct Operating {
  int spreading_factor;
  int coding_rate;
  double snr_db;
};

class PacketError : public testing::TestWithParam<Operating> {};

TEST_P(PacketError, AllOfFortyPacketsArriveThreeDecibelsAboveTheThreshold) {
  const Operating point = GetParam();
  std::mt19937_64 random(static_cast<std::uint64_t>(point.spreading_factor));
  std::uniform_real_distribution<double> uniform(-1, 1);
  ReceiverConfig config;
  config.rate_hz = kRate;
  config.centre_hz = kChannel;
  config.radio_frequency_known = true;
  config.channels = {{kChannel, 125e3}};
  config.spreading_factors = {point.spreading_factor};
  auto receiver = Receiver::create(config);
  ASSERT_TRUE(receiver);
  int decoded = 0;
  for (int packet = 0; packet < 40; ++packet) {
    TestFrame frame;
    frame.params = {.spreading_factor = point.spreading_factor,
                    .coding_rate = point.coding_rate,
                    .sync_word = 0x34};
    frame.payload = random_payload(random, 18);
    frame.clock = 10e-6 * uniform(random);
    frame.carrier_hz = kChannel * frame.clock;
    const double symbol = symbol_seconds(frame.params) * kRate;
    frame.start_sample = (6 + uniform(random)) * symbol;
    frame.phase_turns = uniform(random);
    Samples samples(
        static_cast<std::size_t>(frame_seconds(frame.params, 18) * kRate + 10 * symbol));
    frame.add_to(samples, kRate);
    add_white_noise(random, 2 * std::pow(10, -point.snr_db / 10), samples);
    const auto check = [&](const Frame& found) {
      if (found.payload != frame.payload || found.crc_ok != true) return;
      ++decoded;
      EXPECT_NEAR(found.anchor_sample, frame.anchor_sample(kRate), 0.4);
      EXPECT_NEAR(found.snr_db, point.snr_db, 2.5);
    };
    receiver->push(samples, check);
    receiver->flush(check);
  }
  EXPECT_EQ(decoded, 40);
}

INSTANTIATE_TEST_SUITE_P(SpreadingFactors, PacketError,
                         testing::Values(Operating{7, 1, -6.0}, Operating{7, 4, -9.0},
                                         Operating{8, 4, -9.5}, Operating{9, 1, -11.5},
                                         Operating{10, 2, -14.5}),
                         [](const auto& point) {
                           return "SF" + std::to_string(point.param.spreading_factor) + "CR" +
                                  std::to_string(point.param.coding_rate);
                         });

}  // namespace
}  // namespace earshot::radio
