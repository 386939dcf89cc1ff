#include "cli/decode_options.h"

#include <gtest/gtest.h>

namespace earshot::cli {
namespace {

radio::RecordingInfo recording_at(std::optional<double> centre_hz) {
  radio::RecordingInfo recording;
  recording.rate_hz = 1e6;
  recording.sample_count = 1000;
  recording.captures = {radio::Capture{0, 1000, centre_hz, {}, {}}};
  return recording;
}

Result<radio::ReceiverConfig> config_of(const DecodeOptions& options,
                                        std::optional<double> centre_hz = {}) {
  const radio::RecordingInfo recording = recording_at(centre_hz);
  return receiver_config(options, recording, recording.captures[0]);
}

TEST(DecodeOptions, LookByDefaultForEveryFactorAtTheCentre) {
  const auto config = config_of({});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->spreading_factors, (std::vector<int>{7, 8, 9, 10, 11, 12}));
  ASSERT_EQ(config->channels.size(), 1U);
  EXPECT_EQ(config->channels[0].centre_hz, 0);
  EXPECT_EQ(config->channels[0].bandwidth_hz, 125e3);
  EXPECT_FALSE(config->radio_frequency_known);
  EXPECT_FALSE(config->sync_word);
  EXPECT_FALSE(config->implicit);
}

TEST(DecodeOptions, TakeChannelsInTheFrameOfTheFrequency) {
  DecodeOptions options;
  options.channels = {"-200k", "100k"};
  EXPECT_EQ(config_of(options)->channels[0].centre_hz, -200e3);
  EXPECT_EQ(config_of(options, 868.3e6)->channels[1].centre_hz, 868.4e6);
  options.channels = {"868.1M"};
  EXPECT_EQ(config_of(options, 868.3e6)->channels[0].centre_hz, 868.1e6);
  options.recording.freq_hz = 868.3e6;
  const auto config = config_of(options, 868.3e6);
  EXPECT_EQ(config->channels[0].centre_hz, 868.1e6);
  EXPECT_TRUE(config->radio_frequency_known);
}

TEST(DecodeOptions, TellHowAnImplicitFrameIsMade) {
  DecodeOptions options;
  options.implicit_header = true;
  options.length = 17;
  options.coding_rate = "4/7";
  options.crc = "off";
  const auto config = config_of(options);
  ASSERT_TRUE(config && config->implicit);
  EXPECT_EQ(config->implicit->payload_bytes, 17);
  EXPECT_EQ(config->implicit->coding_rate, 3);
  EXPECT_FALSE(config->implicit->crc);
}

TEST(DecodeOptions, OutOfRangeAreUsageErrorsThatNameTheOption) {
  const auto expect_refused = [](const auto& change, const std::string& name) {
    DecodeOptions options;
    change(options);
    const auto config = config_of(options);
    ASSERT_FALSE(config) << name;
    EXPECT_EQ(config.error().code, Errc::usage);
    EXPECT_EQ(config.error().detail.find(name + ": "), 0U) << config.error().detail;
  };
  using Options = DecodeOptions;
  expect_refused([](Options& o) { o.spreading_factors = "6"; }, "--sf");
  expect_refused([](Options& o) { o.spreading_factors = "7,"; }, "--sf");
  expect_refused([](Options& o) { o.channels = {"600k"}; }, "--channel");
  expect_refused([](Options& o) { o.channels = {"x"}; }, "--channel");
  expect_refused([](Options& o) { o.sync_word = "123"; }, "--sync");
  expect_refused([](Options& o) { o.preamble = 5; }, "--preamble");
  expect_refused([](Options& o) { o.ldro = "yes"; }, "--ldro");
  expect_refused([](Options& o) { o.implicit_header = true; }, "--length");
}

TEST(SyncWord, IsAByteOfHexWithOrWithoutItsPrefix) {
  EXPECT_EQ(*parse_sync_word("34"), 0x34);
  EXPECT_EQ(*parse_sync_word("0x34"), 0x34);
  EXPECT_FALSE(parse_sync_word("4"));
}

TEST(CodingRate, IsWrittenAsAFractionOrItsDenominator) {
  EXPECT_EQ(*parse_coding_rate("4/5"), 1);
  EXPECT_EQ(*parse_coding_rate("8"), 4);
  EXPECT_FALSE(parse_coding_rate("4/9"));
  EXPECT_FALSE(parse_coding_rate("5/8"));
  EXPECT_FALSE(parse_coding_rate(""));
}

}  // namespace
}  // namespace earshot::cli
