// The receiver as a gateway runs it: a wideband stream, eight channels, all six spreading factors,
// and no hint of spreading factor, offset, coding rate, sync word or low-data-rate optimisation.
#include <gtest/gtest.h>
#include <malloc.h>

#include <numbers>

#include "radio/css/fft.h"
#include "radio/css/receiver.h"
#include "tests/unit/radio/css/lora_vectors.h"
#include "tests/unit/radio/css/noise.h"

namespace earshot::radio {
namespace {

constexpr double kRate = 2e6;
constexpr int kChannels = 8;
constexpr int kOurs = 5;  // The channel that the vector is put into.

double centre_of(int channel) { return (channel - 3.5) * 200e3; }

ReceiverConfig gateway() {
  ReceiverConfig config;
  config.rate_hz = kRate;
  for (int channel = 0; channel < kChannels; ++channel) {
    config.channels.push_back({centre_of(channel), 125e3});
  }
  return config;
}

// The band-limited stream through the samples at `factor` times their rate, by zeros in the middle
// of the spectrum.
Samples interpolate(SampleView samples, std::size_t factor) {
  std::size_t size = 1;
  while (size < samples.size() + 1024) size *= 2;
  Fft forward(size);
  std::ranges::fill(forward.in(), Sample());
  std::ranges::copy(samples, forward.in().begin());
  forward.execute();
  Fft backward(size * factor, Fft::Direction::backward);
  std::ranges::fill(backward.in(), Sample());
  const auto half = static_cast<std::ptrdiff_t>(size / 2);
  std::copy_n(forward.out().begin(), half, backward.in().begin());
  std::copy_n(forward.out().begin() + half, half, backward.in().end() - half);
  backward.execute();
  Samples out(samples.size() * factor);
  for (std::size_t k = 0; k < out.size(); ++k) {
    out[k] = backward.out()[k] / static_cast<float>(size);
  }
  return out;
}

// The vector in one channel, a frame of ours in the outermost two, noise everywhere.
Samples air_with(const LoraVector& vector) {
  const auto factor = static_cast<std::size_t>(kRate / vector.rate_hz);
  Samples air = interpolate(vector.samples, factor);
  air.resize(std::max<std::size_t>(air.size() + 20000, 200000));
  const double centre = centre_of(kOurs);
  for (std::size_t k = 0; k < air.size(); ++k) {
    const double turns = centre / kRate * static_cast<double>(k);
    air[k] *= Sample(std::polar(1.0, 2 * std::numbers::pi * (turns - std::floor(turns))));
  }
  for (const int channel : {0, 7}) {
    TestFrame other;
    other.params.spreading_factor = channel == 0 ? 7 : 8;
    other.payload = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    other.start_sample = 9000.3;
    other.carrier_hz = centre_of(channel) + 1200;
    other.add_to(air, kRate);
  }
  std::mt19937_64 random(41);
  const double power = vector.amplitude * vector.amplitude;
  add_white_noise(random, power / 10 * kRate / 125e3, air);  // 10 dB.
  return air;
}

void expect_found_among_others(const LoraVector& vector) {
  SCOPED_TRACE(vector.name);
  ReceiverConfig config = gateway();
  if (vector.params.implicit_header) {
    config.implicit = {static_cast<int>(vector.payload.size()), vector.params.coding_rate,
                       vector.params.crc};
  }
  const auto frames = receive(config, air_with(vector));
  ASSERT_TRUE(frames);
  std::vector<Frame> ours;
  for (const Frame& frame : *frames) {
    if (frame.payload == vector.payload) ours.push_back(frame);
  }
  ASSERT_EQ(ours.size(), 1U);
  EXPECT_NEAR(ours[0].frequency_hz, centre_of(kOurs), 1);
  EXPECT_EQ(ours[0].crc_ok, vector.params.crc ? std::optional(true) : std::nullopt);
  EXPECT_EQ(ours[0].params.spreading_factor, vector.params.spreading_factor);
  EXPECT_EQ(ours[0].params.coding_rate, vector.params.coding_rate);
  EXPECT_EQ(ours[0].params.sync_word, vector.params.sync_word);
  EXPECT_EQ(ours[0].params.ldro, vector.params.ldro);
  EXPECT_NEAR(ours[0].carrier_offset_hz, vector.carrier_hz, 5);
  if (!vector.params.implicit_header) {
    EXPECT_EQ(frames->size(), 3U);
  }
}

TEST(Wideband, FindsTheFramesOfAnotherTransmitterAmongOthers) {
  for (const LoraVector& vector : repository_vectors()) expect_found_among_others(vector);
}

TEST(Wideband, FindsAllSharedVectorsAmongOthers) {
  const auto folder = shared_data();
  if (folder.empty()) GTEST_SKIP() << "no shared data (set EARSHOT_SHARED)";
  const auto here = std::filesystem::path(EARSHOT_SOURCE_DIR) / "tests/vectors/lora";
  for (const LoraVector& vector : load_vectors(folder / "vectors/lora")) {
    if (!std::filesystem::exists(here / vector.name)) expect_found_among_others(vector);
  }
}

TEST(Wideband, FindsTheFrameOfARecordingFromTheAirOnce) {
  const auto path = shared_data() / "recordings/SelfGen_PL6_BW125_CR48_SF11_SW12_DataHello.cs8";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no shared recording (set EARSHOT_SHARED)";
  ReceiverConfig config = gateway();
  for (int channel = 0; channel < kChannels; ++channel) {
    config.channels[static_cast<std::size_t>(channel)].centre_hz = 200e3 * (channel - 4);
  }
  const auto frames = receive(config, read_ci8(path));
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 1U);
  EXPECT_EQ(frames->front().frequency_hz, 0);
  EXPECT_EQ(frames->front().payload, bytes_of_hex("68656c6c6f20"));
  EXPECT_EQ(frames->front().params.ldro, LowDataRate::off);
}

TEST(Wideband, HearsChannelsFarApartInTwentyMillionSamplesASecond) {
  constexpr double kFast = 20e6;
  ReceiverConfig config;
  config.rate_hz = kFast;
  config.channels = {{-9.3e6, 125e3}, {-0.7e6, 250e3}, {9.2e6, 125e3}};
  Samples samples(2400000);
  std::vector<TestFrame> sent;
  std::mt19937_64 random(42);
  for (const Channel& channel : config.channels) {
    TestFrame& frame = sent.emplace_back();
    frame.params.spreading_factor = 7 + static_cast<int>(sent.size()) % 2;
    frame.params.bandwidth_hz = channel.bandwidth_hz;
    frame.payload = random_payload(random, 14);
    frame.start_sample = 200000.5 + 50000 * static_cast<double>(sent.size());
    frame.carrier_hz = channel.centre_hz - 4000;
    frame.add_to(samples, kFast);
  }
  add_white_noise(random, 0.5 * kFast / 250e3, samples);  // 3 dB and 6 dB.
  const auto frames = receive(config, samples);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ((*frames)[i].payload, sent[i].payload);
    EXPECT_EQ((*frames)[i].frequency_hz, config.channels[i].centre_hz);
    EXPECT_NEAR((*frames)[i].anchor_sample, sent[i].anchor_sample(kFast), 2e-6 * kFast);
  }
}

TEST(Wideband, HearsTheShortestPreambleAndAnySyncWord) {
  ReceiverConfig config;
  config.rate_hz = 500e3;
  config.channels = {{-100e3, 125e3}, {100e3, 125e3}};
  std::mt19937_64 random(43);
  for (const int sync_word : {0x12, 0x34, 0x2B, 0x88, 0xF1, 0x1F}) {
    TestFrame frame;
    frame.params = {.spreading_factor = 8,
                    .sync_word = static_cast<std::uint8_t>(sync_word),
                    .preamble_symbols = 6};
    frame.payload = random_payload(random, 12);
    frame.start_sample = 15000.7;
    frame.carrier_hz = -100e3 + 2500;
    Samples samples(120000);
    frame.add_to(samples, config.rate_hz);
    add_white_noise(random, 4 * std::pow(10, 0.8), samples);  // -8 dB.
    const auto frames = receive(config, samples);
    ASSERT_TRUE(frames);
    ASSERT_EQ(frames->size(), 1U) << sync_word;
    EXPECT_EQ(frames->front().payload, frame.payload) << sync_word;
    EXPECT_EQ(frames->front().params.sync_word, sync_word);
    EXPECT_EQ(frames->front().params.preamble_symbols, 6) << sync_word;
  }
}

// What is not a number spoils a block of the stream and what lies in it, no more.
TEST(Wideband, SurvivesSamplesThatAreNoNumbers) {
  ReceiverConfig config;
  config.rate_hz = 250e3;
  config.channels = {{0, 125e3}};
  std::mt19937_64 random(44);
  TestFrame frame;
  frame.payload = {1, 2, 3, 4, 5};
  frame.start_sample = 60000;
  Samples samples(90000);
  frame.add_to(samples, config.rate_hz);
  add_white_noise(random, 0.2, samples);
  samples[20000] = {std::numeric_limits<float>::quiet_NaN(), 0};
  samples[25000] = {0, std::numeric_limits<float>::infinity()};
  const auto frames = receive(config, samples);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 1U);
  EXPECT_EQ(frames->front().payload, frame.payload);
}

TEST(Wideband, HoldsNoMoreMemoryTheLongerItListens) {
  ReceiverConfig config;
  config.rate_hz = 250e3;
  config.channels = {{0, 125e3}};
  auto receiver = Receiver::create(config);
  ASSERT_TRUE(receiver);
  std::mt19937_64 random(45);
  std::size_t heard = 0;
  std::vector<std::size_t> most;
  for (int round = 0; round < 4; ++round) {
    Samples samples(2500000);  // Ten seconds.
    for (int sf = 7; sf <= 12; ++sf) {
      TestFrame frame;
      frame.params.spreading_factor = sf;
      frame.payload = random_payload(random, 20);
      frame.start_sample = 300000.0 * (sf - 6);
      frame.add_to(samples, config.rate_hz);
    }
    add_white_noise(random, 0.5, samples);
    most.push_back(0);
    for (std::size_t at = 0; at < samples.size(); at += 50000) {
      receiver->push(SampleView(samples).subspan(at, 50000), [&](const Frame&) { ++heard; });
      most.back() = std::max<std::size_t>(most.back(), mallinfo2().uordblks);
    }
  }
  EXPECT_EQ(heard, 24U);
  EXPECT_LE(most[2], most[1] + most[1] / 20);
  EXPECT_LE(most[3], most[1] + most[1] / 20);
}

}  // namespace
}  // namespace earshot::radio
