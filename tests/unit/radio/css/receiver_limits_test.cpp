// What the air may do to a frame without the receiver losing it: offsets, other frames, odd channel
// plans, the stream's end.
#include <gtest/gtest.h>

#include "radio/css/receiver.h"
#include "tests/unit/radio/css/noise.h"

namespace earshot::radio {
namespace {

ReceiverConfig one_channel(double rate_hz, std::vector<int> factors) {
  ReceiverConfig config;
  config.rate_hz = rate_hz;
  config.channels = {{0, 125e3}};
  config.spreading_factors = std::move(factors);
  return config;
}

std::vector<Frame> hear(const ReceiverConfig& config, SampleView samples) {
  auto frames = receive(config, samples);
  EXPECT_TRUE(frames);
  return frames ? *frames : std::vector<Frame>();
}

TEST(ReceiverLimits, DropsAFrameThatTheEndOfTheStreamCuts) {
  for (const double rate : {125e3, 250e3, 1e6}) {
    TestFrame frame;
    frame.payload = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    frame.start_sample = 5000;
    const double end = frame.start_sample + frame_seconds(frame.params, 9) * rate;
    const double symbol = symbol_seconds(frame.params) * rate;
    Samples samples(static_cast<std::size_t>(end + 4 * symbol));
    frame.add_to(samples, rate);
    const ReceiverConfig config = one_channel(rate, {7});
    const auto until = [&](double symbols_lost) {
      return hear(config, SampleView(samples).first(
                              static_cast<std::size_t>(std::ceil(end - symbols_lost * symbol))));
    };
    EXPECT_EQ(until(0).size(), 1U) << rate;
    for (const double lost : {0.5, 1.0, 2.0, 5.0, 12.0, 20.0}) {
      EXPECT_EQ(until(lost).size(), 0U) << rate << " Hz, " << lost << " symbols lost";
    }
  }
}

// Four hundred times the threshold's power, at one sample per chip: carrier and timing put part of
// every chirp beyond the band, where it folds back; the receiver adds a constant of its own.
TEST(ReceiverLimits, SnrStaysTrueFortyDecibelsAboveTheThresholdWhateverTheRate) {
  for (const double rate : {125e3, 250e3, 1e6}) {
    for (const double snr : {0.0, 20.0, 31.0}) {
      TestFrame frame;
      frame.payload = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
      frame.start_sample = 5000.37;
      frame.carrier_hz = 1500;
      frame.amplitude = 0.25;
      Samples samples(static_cast<std::size_t>(rate * 0.12));
      frame.add_to(samples, rate);
      std::mt19937_64 random(21);
      add_white_noise(random, 0.0625 * std::pow(10, -snr / 10) * rate / 125e3, samples);
      for (const float constant : {0.0F, 0.01F}) {
        Samples received = samples;
        for (Sample& sample : received) sample += Sample(constant, -constant);
        const auto frames = hear(one_channel(rate, {7}), received);
        ASSERT_EQ(frames.size(), 1U) << rate << " " << snr;
        EXPECT_NEAR(frames[0].snr_db, snr, 0.5) << rate << " Hz, constant " << constant;
        EXPECT_NEAR(frames[0].rssi_dbfs, -12.04, 0.3) << rate << " Hz, constant " << constant;
      }
    }
  }
}

TEST(ReceiverLimits, FollowsClocksFiftyPpmOff) {
  for (const double ppm : {-50.0, 50.0}) {
    for (const int sf : {7, 10, 12}) {
      TestFrame frame;
      frame.params.spreading_factor = sf;
      frame.payload = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
      frame.clock = ppm * 1e-6;
      frame.carrier_hz = 868.1e6 * frame.clock;  // 43 kHz.
      frame.start_sample = 20000.2;
      const double seconds = frame_seconds(frame.params, 18) + 20 * symbol_seconds(frame.params);
      Samples samples(static_cast<std::size_t>(20000 + seconds * 500e3));
      frame.add_to(samples, 500e3);
      std::mt19937_64 random(22);
      add_white_noise(random, 4 * std::pow(10, (sf - 7) * 0.2), samples);
      const auto frames = hear(one_channel(500e3, {sf}), samples);
      ASSERT_EQ(frames.size(), 1U) << ppm << " ppm, SF" << sf;
      EXPECT_EQ(frames[0].payload, frame.payload);
      EXPECT_NEAR(frames[0].carrier_offset_hz, frame.carrier_hz, 2);
    }
  }
}

TEST(ReceiverLimits, HearsTwoSpreadingFactorsOverEachOther) {
  for (const double weaker_db : {-6.0, 0.0, 6.0}) {
    for (const int other : {8, 9, 10}) {
      TestFrame first;
      first.params.spreading_factor = 7;
      first.payload = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
      first.start_sample = 12000.3;
      first.carrier_hz = 900;
      TestFrame second = first;
      second.params.spreading_factor = other;
      second.start_sample = 8000.6;
      second.carrier_hz = -1700;
      second.amplitude = std::pow(10, weaker_db / 20);
      second.payload = {9, 8, 7, 6, 5, 4, 3, 2, 1};
      Samples samples(150000);
      first.add_to(samples, 250e3);
      second.add_to(samples, 250e3);
      std::mt19937_64 random(23);
      add_white_noise(random, 0.1, samples);
      const auto frames = hear(one_channel(250e3, {7, 8, 9, 10, 11, 12}), samples);
      ASSERT_EQ(frames.size(), 2U) << "SF" << other << " " << weaker_db << " dB";
      EXPECT_EQ(frames[0].payload, second.payload);
      EXPECT_EQ(frames[1].payload, first.payload);
      EXPECT_EQ(frames[0].crc_ok, true);
      EXPECT_EQ(frames[1].crc_ok, true);
    }
  }
}

TEST(ReceiverLimits, HearsAFrameTwentyDecibelsBelowItsNeighbourChannels) {
  ReceiverConfig config;
  config.rate_hz = 1e6;
  config.channels = {{-200e3, 125e3}, {0, 125e3}, {200e3, 125e3}};
  Samples samples(120000);
  std::mt19937_64 random(24);
  for (const int channel : {-1, 0, 1}) {
    TestFrame frame;
    frame.params.spreading_factor = channel == 0 ? 8 : 7;
    frame.payload = random_payload(random, 16);
    frame.start_sample = 10000 + 2000.5 * channel;
    frame.carrier_hz = 200e3 * channel + 3000;
    frame.amplitude = channel == 0 ? 0.1 : 1;
    frame.add_to(samples, 1e6);
  }
  add_white_noise(random, 0.01 * 8, samples);  // 0 dB for the weak one.
  const auto frames = hear(config, samples);
  ASSERT_EQ(frames.size(), 3U);
  for (const Frame& frame : frames) EXPECT_EQ(frame.crc_ok, true) << frame.frequency_hz;
}

TEST(ReceiverLimits, HearsTheIndianChannelsAtRatesThatDoNotDivide) {
  for (const double rate : {2.4e6, 2.048e6}) {
    ReceiverConfig config;
    config.rate_hz = rate;
    config.centre_hz = 865.5e6;
    config.radio_frequency_known = true;
    config.channels = {{865.0625e6, 125e3}, {865.4025e6, 125e3}, {865.985e6, 125e3}};
    Samples samples(static_cast<std::size_t>(0.25 * rate));
    std::mt19937_64 random(25);
    std::vector<TestFrame> sent;
    for (const Channel& channel : config.channels) {
      TestFrame frame;
      frame.params.spreading_factor = 7 + static_cast<int>(sent.size());
      frame.payload = random_payload(random, 18);
      frame.clock = 5e-6;
      frame.carrier_hz = channel.centre_hz - config.centre_hz + channel.centre_hz * frame.clock;
      frame.start_sample = (0.01 + 0.01 * static_cast<double>(sent.size())) * rate + 0.21;
      frame.amplitude = 0.1;
      frame.add_to(samples, rate);
      sent.push_back(frame);
    }
    add_white_noise(random, 0.01 * std::pow(10, 0.4) * rate / 125e3, samples);  // -4 dB.
    const auto frames = hear(config, samples);
    ASSERT_EQ(frames.size(), 3U) << rate;
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(frames[i].payload, sent[i].payload);
      EXPECT_EQ(frames[i].frequency_hz, config.channels[i].centre_hz);
      EXPECT_NEAR(frames[i].carrier_offset_hz, config.channels[i].centre_hz * 5e-6, 2);
      EXPECT_NEAR(frames[i].anchor_sample, sent[i].anchor_sample(rate), 1e-6 * rate);
      EXPECT_NEAR(frames[i].snr_db, -4, 0.7);
    }
  }
}

// So short that both rates give the same bytes: once the rate was then taken from the duration of a
// symbol, and the noise with it.
TEST(ReceiverLimits, FindsOutTheDataRateOfShortFramesWithoutCrc) {
  for (const LowDataRate ldro : {LowDataRate::on, LowDataRate::off}) {
    for (const int sf : {8, 11}) {
      TestFrame frame;
      frame.params = {.spreading_factor = sf,
                      .coding_rate = 3,
                      .implicit_header = true,
                      .crc = false,
                      .ldro = ldro};
      // One block of symbols behind the header's.
      frame.payload = {1, 2, 3, 4};
      if (sf == 11) frame.payload = {1, 2, 3, 4, 5, 6};
      frame.start_sample = 20000.4;
      Samples samples(static_cast<std::size_t>(60000 << (sf - 8)));
      frame.add_to(samples, 250e3);
      std::mt19937_64 random(26);
      add_white_noise(random, 0.02, samples);  // 20 dB.
      ReceiverConfig config = one_channel(250e3, {sf});
      config.implicit = {static_cast<int>(frame.payload.size()), 3, false};
      const auto frames = hear(config, samples);
      ASSERT_EQ(frames.size(), 1U);
      EXPECT_EQ(frames[0].payload, frame.payload);
      EXPECT_EQ(frames[0].params.ldro, ldro) << "SF" << sf;
      EXPECT_NEAR(frames[0].snr_db, 20, 0.5) << "SF" << sf;
    }
  }
}

}  // namespace
}  // namespace earshot::radio
