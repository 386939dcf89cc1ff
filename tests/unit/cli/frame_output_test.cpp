#include "cli/frame_output.h"

#include <gtest/gtest.h>

namespace earshot::cli {
namespace {

using radio::Capture;
using radio::Frame;
using radio::RecordingInfo;

RecordingInfo two_captures() {
  RecordingInfo recording;
  recording.rate_hz = 1e6;
  recording.sample_count = 3000;
  recording.captures = {Capture{0, 1000, 868.3e6, Instant{1'700'000'000, 0}, {}},
                        Capture{1000, 2000, 868.3e6, Instant{1'700'000'060, 500'000'000'000}, {}}};
  return recording;
}

Frame some_frame() {
  Frame frame;
  frame.start_sample = 100.4;
  frame.anchor_sample = 400.25;
  frame.sample_count = 1000.2;
  frame.frequency_hz = 868.1e6;
  frame.params.spreading_factor = 7;
  frame.params.ldro = radio::LowDataRate::off;
  frame.params.sync_word = 0x34;
  frame.params.preamble_symbols = 8;
  frame.payload = {0xE0, 0x01};
  frame.crc_ok = true;
  frame.rssi_dbfs = -12.3456;
  frame.snr_db = 7.1;
  frame.carrier_offset_hz = -1234.56;
  return frame;
}

TEST(HeardFrame, IsTimedByItsCaptureAndCountedFromTheFirst) {
  const RecordingInfo recording = two_captures();
  const HeardFrame heard = place_frame(recording, recording.captures[1], some_frame(), {});
  EXPECT_EQ(heard.time_ns, 60'500'400'250);
  EXPECT_EQ(heard.time, (Instant{1'700'000'060, 500'400'250'000}));
  EXPECT_DOUBLE_EQ(heard.start_sample, 1100.4);
}

TEST(HeardFrame, WithoutCaptureTimesIsCountedInSamples) {
  RecordingInfo recording = two_captures();
  recording.captures[0].time.reset();
  recording.captures[1].time.reset();
  const HeardFrame heard = place_frame(recording, recording.captures[1], some_frame(), {});
  EXPECT_EQ(heard.time_ns, 1'400'250);
  EXPECT_FALSE(heard.time);
}

TEST(HeardFrame, StartsAsManyPreambleSymbolsBeforeItsAnchorAsGiven) {
  const RecordingInfo recording = two_captures();
  const HeardFrame heard = place_frame(recording, recording.captures[0], some_frame(), 10);
  EXPECT_DOUBLE_EQ(heard.start_sample, 100.4 - 2 * 1024);
  EXPECT_DOUBLE_EQ(heard.frame.sample_count, 1000.2 + 2 * 1024);
  EXPECT_EQ(heard.frame.params.preamble_symbols, 10);
}

TEST(JsonLine, HasTheKeysOfTheContractInItsOrder) {
  const RecordingInfo recording = two_captures();
  EXPECT_EQ(json_line(place_frame(recording, recording.captures[0], some_frame(), {})),
            "{\"time_ns\":400250,\"time_utc\":\"2023-11-14T22:13:20.000400250Z\","
            "\"freq_hz\":868100000.0,\"sf\":7,\"bw_hz\":125000.0,\"cr\":\"4/5\",\"implicit\":false,"
            "\"ldro\":false,\"sync\":\"34\",\"preamble\":8,\"crc_ok\":true,\"payload\":\"e001\","
            "\"snr_db\":7.1,\"rssi_dbfs\":-12.35,\"rssi_dbm\":null,\"cfo_hz\":-1234.6,"
            "\"sample_start\":100,\"sample_count\":1000}");
}

TEST(JsonLine, SaysNullWhereNothingIsKnownAndDbmWhereFullScaleIs) {
  RecordingInfo recording = two_captures();
  recording.captures[0].time.reset();
  recording.global["earshot:full_scale_dbm"] = -40;
  Frame frame = some_frame();
  frame.crc_ok.reset();
  const std::string line = json_line(place_frame(recording, recording.captures[0], frame, {}));
  EXPECT_NE(line.find("\"time_utc\":null"), std::string::npos);
  EXPECT_NE(line.find("\"crc_ok\":null"), std::string::npos);
  EXPECT_NE(line.find("\"rssi_dbm\":-52.35"), std::string::npos);
}

TEST(Order, IsByStartThenFrequencyThenSpreadingFactor) {
  const RecordingInfo recording = two_captures();
  HeardFrame a = place_frame(recording, recording.captures[0], some_frame(), {});
  HeardFrame b = a;
  EXPECT_FALSE(comes_before(a, b));
  b.frame.params.spreading_factor = 8;
  EXPECT_TRUE(comes_before(a, b));
  b.frame.frequency_hz -= 200e3;
  EXPECT_TRUE(comes_before(b, a));
  b.start_sample += 1;
  EXPECT_TRUE(comes_before(a, b));
}

TEST(FrameTable, IsEmptyForNoFrameAndShortensLongPayloads) {
  EXPECT_EQ(frame_table({}), "");
  const RecordingInfo recording = two_captures();
  Frame frame = some_frame();
  frame.payload.assign(255, 0xAB);
  const std::string table = frame_table({place_frame(recording, recording.captures[0], frame, {})});
  EXPECT_NE(table.find("..."), std::string::npos);
  EXPECT_LT(table.find('\n'), 130U);
}

}  // namespace
}  // namespace earshot::cli
