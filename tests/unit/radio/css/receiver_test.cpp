#include "radio/css/receiver.h"

#include <gtest/gtest.h>

#include "tests/unit/radio/css/lora_vectors.h"
#include "tests/unit/radio/css/noise.h"

namespace earshot::radio {
namespace {

// The receiver is told what a receiver can know: nothing but what implicit headers leave out.
ReceiverConfig config_for(const LoraVector& vector) {
  ReceiverConfig config;
  config.rate_hz = vector.rate_hz;
  config.channels = {{0, vector.params.bandwidth_hz}};
  if (vector.params.implicit_header) {
    config.implicit = {static_cast<int>(vector.payload.size()), vector.params.coding_rate,
                       vector.params.crc};
  }
  return config;
}

void expect_decodes(const LoraVector& vector) {
  SCOPED_TRACE(vector.name);
  const auto frames = receive(config_for(vector), vector.samples);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 1U);
  const Frame& frame = frames->front();
  EXPECT_EQ(frame.payload, vector.payload);
  EXPECT_EQ(frame.crc_ok, vector.params.crc ? std::optional(true) : std::nullopt);
  EXPECT_EQ(frame.params.spreading_factor, vector.params.spreading_factor);
  EXPECT_EQ(frame.params.coding_rate, vector.params.coding_rate);
  EXPECT_EQ(frame.params.sync_word, vector.params.sync_word);
  EXPECT_EQ(frame.params.preamble_symbols, vector.params.preamble_symbols);
  EXPECT_EQ(frame.params.implicit_header, vector.params.implicit_header);
  EXPECT_EQ(frame.params.ldro, vector.params.ldro);
  EXPECT_NEAR(frame.start_sample, vector.start_sample, 0.01);
  EXPECT_NEAR(frame.carrier_offset_hz, vector.carrier_hz, 0.1);
  EXPECT_NEAR(frame.rssi_dbfs, 20 * std::log10(vector.amplitude), 0.05);
}

TEST(Receiver, DecodesTheFramesOfAnotherTransmitter) {
  const auto vectors = repository_vectors();
  ASSERT_GE(vectors.size(), 9U);
  for (const LoraVector& vector : vectors) expect_decodes(vector);
}

TEST(Receiver, DecodesAllSharedVectors) {
  const auto folder = shared_data();
  if (folder.empty()) GTEST_SKIP() << "no shared data (set EARSHOT_SHARED)";
  const auto vectors = load_vectors(folder / "vectors/lora");
  EXPECT_EQ(vectors.size(), 19U);
  const auto folder_here = std::filesystem::path(EARSHOT_SOURCE_DIR) / "tests/vectors/lora";
  for (const LoraVector& vector : vectors) {
    // Those that the repository holds too have their own test above.
    if (!std::filesystem::exists(folder_here / vector.name)) expect_decodes(vector);
  }
}

TEST(Receiver, DecodesARecordingFromTheAir) {
  const auto folder = shared_data();
  const auto path = folder / "recordings/SelfGen_PL6_BW125_CR48_SF11_SW12_DataHello.cs8";
  if (folder.empty() || !std::filesystem::exists(path)) {
    GTEST_SKIP() << "no shared recording (set EARSHOT_SHARED)";
  }
  const Samples samples = read_ci8(path);
  ReceiverConfig config;
  config.rate_hz = 2e6;
  config.channels = {{0, 125e3}};
  const auto frames = receive(config, samples);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 1U);
  const Frame& frame = frames->front();
  EXPECT_EQ(frame.payload, bytes_of_hex("68656c6c6f20"));
  EXPECT_EQ(frame.params.spreading_factor, 11);
  EXPECT_EQ(frame.params.coding_rate, 4);
  EXPECT_EQ(frame.params.preamble_symbols, 6);
  EXPECT_EQ(frame.params.ldro, LowDataRate::off);
  EXPECT_FALSE(frame.crc_ok.has_value());
  EXPECT_NEAR(frame.carrier_offset_hz, 6980, 5);
}

constexpr double kCentre = 868.3e6;
constexpr double kRate = 1e6;

ReceiverConfig three_channels() {
  ReceiverConfig config;
  config.rate_hz = kRate;
  config.centre_hz = kCentre;
  config.radio_frequency_known = true;
  config.channels = {{868.1e6, 125e3}, {868.3e6, 125e3}, {868.5e6, 125e3}};
  return config;
}

// Half a second with frames in all three channels, some at the same time.
struct Scene {
  Samples samples;
  std::vector<TestFrame> frames;
};
Scene make_scene() {
  Scene scene;
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(-1, 1);
  scene.samples.resize(520000);
  const std::array<int, 5> factors = {7, 9, 8, 10, 7};
  for (std::size_t i = 0; i < factors.size(); ++i) {
    TestFrame frame;
    frame.params = {.spreading_factor = factors[i], .sync_word = 0x34};
    frame.payload = random_payload(random, 18);
    frame.clock = 10e-6 * uniform(random);
    const double channel = 868.1e6 + 200e3 * static_cast<double>(i % 3);
    frame.carrier_hz = channel - kCentre + channel * frame.clock;
    frame.start_sample = 2e4 + 4e4 * static_cast<double>(i) + uniform(random);
    frame.amplitude = 0.05;
    frame.phase_turns = uniform(random);
    frame.add_to(scene.samples, kRate);
    scene.frames.push_back(frame);
  }
  add_white_noise(random, 0.0025 * 8, scene.samples);  // 0 dB in 125 kHz.
  return scene;
}

TEST(Receiver, HearsAllSpreadingFactorsInAllChannelsAtOnce) {
  const Scene scene = make_scene();
  const auto frames = receive(three_channels(), scene.samples);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), scene.frames.size());
  for (std::size_t i = 0; i < frames->size(); ++i) {
    const Frame& found = (*frames)[i];
    const TestFrame& sent = scene.frames[i];
    EXPECT_EQ(found.payload, sent.payload);
    EXPECT_EQ(found.params.spreading_factor, sent.params.spreading_factor);
    EXPECT_NEAR(found.anchor_sample, sent.anchor_sample(kRate), 0.3);
    EXPECT_NEAR(found.frequency_hz, 868.1e6 + 200e3 * static_cast<double>(i % 3), 1);
    EXPECT_NEAR(found.carrier_offset_hz, found.frequency_hz * sent.clock, 1);
    EXPECT_NEAR(found.rssi_dbfs, 20 * std::log10(0.05), 0.3);
    // Those two cross each other.
    if (i != 1 && i != 4) {
      EXPECT_NEAR(found.snr_db, 0, 0.6);
    }
  }
}

bool same(const Frame& a, const Frame& b) {
  return a.start_sample == b.start_sample && a.anchor_sample == b.anchor_sample &&
         a.payload == b.payload && a.snr_db == b.snr_db && a.rssi_dbfs == b.rssi_dbfs &&
         a.carrier_offset_hz == b.carrier_offset_hz && a.frequency_hz == b.frequency_hz;
}

TEST(Receiver, GivesTheSameFramesForAnyCutsProperty) {
  const Scene scene = make_scene();
  ReceiverConfig config = three_channels();
  config.spreading_factors = {7, 8, 9};
  const auto hear = [&](auto next_size) {
    std::vector<Frame> frames;
    auto receiver = Receiver::create(config);
    const auto keep = [&frames](const Frame& frame) { frames.push_back(frame); };
    const SampleView samples = scene.samples;
    for (std::size_t at = 0; at < samples.size();) {
      const std::size_t size = std::min<std::size_t>(next_size(), samples.size() - at);
      receiver->push(samples.subspan(at, size), keep);
      at += size;
    }
    receiver->flush(keep);
    return frames;
  };
  const auto whole = hear([&scene] { return scene.samples.size(); });
  EXPECT_EQ(whole.size(), 4U);
  std::mt19937 random(12);
  for (const unsigned longest : {100U, 5000U, 200000U}) {
    const auto cut = hear([&] { return std::size_t{1} + random() % longest; });
    ASSERT_EQ(cut.size(), whole.size());
    for (std::size_t i = 0; i < cut.size(); ++i) EXPECT_TRUE(same(cut[i], whole[i]));
  }
}

TEST(Receiver, StartsAnewAfterFlush) {
  const auto vectors = repository_vectors();
  auto receiver = Receiver::create(config_for(vectors.at(0)));
  std::vector<Frame> frames;
  for (int pass = 0; pass < 2; ++pass) {
    const auto keep = [&frames](const Frame& frame) { frames.push_back(frame); };
    receiver->push(vectors[0].samples, keep);
    receiver->flush(keep);
  }
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_TRUE(same(frames[0], frames[1]));
}

TEST(Receiver, ReportsAFrameHeardInTwoChannelsOnceForTheNearer) {
  TestFrame frame;
  frame.payload = {1, 2, 3, 4, 5};
  frame.start_sample = 3000;
  frame.carrier_hz = 12e3;
  Samples samples(20000);
  frame.add_to(samples, 500e3);
  std::mt19937_64 random(13);
  add_white_noise(random, 0.1, samples);
  ReceiverConfig config;
  config.rate_hz = 500e3;
  config.channels = {{0, 125e3}, {20e3, 125e3}};
  config.spreading_factors = {7};
  const auto frames = receive(config, samples);
  ASSERT_TRUE(frames);
  ASSERT_EQ(frames->size(), 1U);
  EXPECT_EQ(frames->front().frequency_hz, 20e3);
  EXPECT_NEAR(frames->front().carrier_offset_hz, -8e3, 1);
}

TEST(Receiver, ToleratesLargeCarrierOffsets) {
  for (const double offset : {-45e3, -20e3, 20e3, 45e3}) {
    TestFrame frame;
    frame.params.spreading_factor = 8;
    frame.payload = {9, 8, 7, 6, 5, 4};
    frame.start_sample = 5000.4;
    frame.carrier_hz = offset;
    Samples samples(40000);
    frame.add_to(samples, 500e3);
    std::mt19937_64 random(14);
    add_white_noise(random, 4, samples);  // 0 dB in the bandwidth.
    ReceiverConfig config;
    config.rate_hz = 500e3;
    config.channels = {{0, 125e3}};
    config.spreading_factors = {8};
    const auto frames = receive(config, samples);
    ASSERT_TRUE(frames);
    ASSERT_EQ(frames->size(), 1U) << offset;
    EXPECT_EQ(frames->front().payload, frame.payload);
    EXPECT_NEAR(frames->front().carrier_offset_hz, offset, 1);
  }
}

TEST(Receiver, FollowsAClockThatIsTwentyPpmFastThroughLongFrames) {
  for (const bool known : {true, false}) {
    TestFrame frame;
    frame.params = {.spreading_factor = 11, .coding_rate = 4, .ldro = LowDataRate::off};
    frame.payload = std::vector<std::uint8_t>(40, 0x5A);
    frame.clock = 20e-6;
    frame.carrier_hz = 868e6 * frame.clock;
    frame.start_sample = 20000.7;
    Samples samples(500000);
    frame.add_to(samples, 250e3);
    std::mt19937_64 random(15);
    add_white_noise(random, 20, samples);  // -10 dB in the bandwidth.
    ReceiverConfig config;
    config.rate_hz = 250e3;
    config.centre_hz = 868e6;
    config.radio_frequency_known = known;
    config.channels = {{868e6, 125e3}};
    config.spreading_factors = {11};
    const auto frames = receive(config, samples);
    ASSERT_TRUE(frames);
    ASSERT_EQ(frames->size(), 1U);
    EXPECT_EQ(frames->front().payload, frame.payload);
    EXPECT_EQ(frames->front().crc_ok, true);
    EXPECT_NEAR(frames->front().anchor_sample, frame.anchor_sample(250e3), known ? 0.05 : 0.3);
    EXPECT_NEAR(frames->front().snr_db, -10, 0.3);
  }
}

// A payload symbol that falls into the preamble's bin once moved the preamble's end.
TEST(Receiver, HearsCleanFramesWhateverTheirSymbols) {
  ReceiverConfig config;
  config.rate_hz = 250e3;
  config.channels = {{0, 125e3}};
  config.spreading_factors = {7};
  for (const bool crc : {false, true}) {
    std::vector<std::uint8_t> payload;
    for (std::uint8_t byte = 1; byte <= 24; ++byte) {
      payload.push_back(byte);
      const CssParams params = {.spreading_factor = 7, .crc = crc};
      const auto frames = receive(config, *modulate(params, payload, config.rate_hz));
      ASSERT_TRUE(frames);
      ASSERT_EQ(frames->size(), 1U) << payload.size() << " bytes, CRC " << crc;
      EXPECT_EQ(frames->front().payload, payload);
    }
  }
}

TEST(Receiver, HearsOnlyTheSyncWordItIsGiven) {
  TestFrame frame;
  frame.payload = {1, 2, 3, 4, 5};
  frame.params.sync_word = 0x34;
  frame.start_sample = 3000;
  Samples samples(20000);
  frame.add_to(samples, 250e3);
  std::mt19937_64 random(16);
  add_white_noise(random, 0.2, samples);
  ReceiverConfig config;
  config.rate_hz = 250e3;
  config.channels = {{0, 125e3}};
  config.spreading_factors = {7};
  config.sync_word = 0x34;
  EXPECT_EQ(receive(config, samples)->size(), 1U);
  config.sync_word = 0x12;
  EXPECT_EQ(receive(config, samples)->size(), 0U);
}

TEST(Receiver, NoiseAloneMakesNoFrame) {
  std::mt19937_64 random(17);
  Samples samples(600000);
  add_white_noise(random, 1, samples);
  EXPECT_EQ(receive(three_channels(), samples)->size(), 0U);
}

TEST(Receiver, RefusesAConfigurationAndNamesTheMember) {
  const auto error_of = [](const ReceiverConfig& config) {
    const auto receiver = Receiver::create(config);
    return receiver ? std::string() : receiver.error().detail;
  };
  ReceiverConfig config = three_channels();
  config.channels.push_back({869e6, 125e3});
  EXPECT_NE(error_of(config).find("channels.centre_hz"), std::string::npos);
  config = three_channels();
  config.spreading_factors = {6};
  EXPECT_NE(error_of(config).find("spreading_factors"), std::string::npos);
  config = three_channels();
  config.rate_hz = 0;
  EXPECT_NE(error_of(config).find("rate_hz"), std::string::npos);
  config = three_channels();
  config.implicit = {0, 1, true};
  EXPECT_NE(error_of(config).find("implicit.payload_bytes"), std::string::npos);
  config.channels.clear();
  EXPECT_NE(error_of(config).find("channels"), std::string::npos);
}

}  // namespace
}  // namespace earshot::radio
