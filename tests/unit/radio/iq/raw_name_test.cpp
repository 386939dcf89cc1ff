#include "radio/iq/raw_name.h"

#include <gtest/gtest.h>

namespace earshot::radio {
namespace {

TEST(RawName, SaysFrequencyRateAndFormatAsRtl433WritesThem) {
  const RawHints hints = hints_of_name("/data/g001_868.3M_1000k.cs8").said;
  EXPECT_EQ(hints.format, SampleFormat::ci8);
  EXPECT_DOUBLE_EQ(*hints.centre_hz, 868.3e6);
  EXPECT_DOUBLE_EQ(*hints.rate_hz, 1e6);
  EXPECT_FALSE(hints.time);
}

TEST(RawName, SaysNothingThatItDoesNotSay) {
  for (const char* name : {"", "/", "x", "frame.cf64", "M_k.bin", "12_k_M", "1e3k",
                           "_-5M_0k_nanM_infk", "a.cs8/plain"}) {
    const RawHints hints = hints_of_name(name).said;
    EXPECT_FALSE(hints.format || hints.rate_hz || hints.centre_hz) << name;
  }
}

TEST(RawName, KeepsTheSuffixOutOfTheLastPart) {
  const RawHints hints = hints_of_name("sf7_433.92M_250k.cu8").said;
  EXPECT_EQ(hints.format, SampleFormat::cu8);
  EXPECT_DOUBLE_EQ(*hints.rate_hz, 250e3);
}

TEST(RawName, SaysWhatGqrxAndSdrSharpWrite) {
  const RawHints gqrx = hints_of_name("gqrx_20261122_080001_868100000_1800000_fc.raw").said;
  EXPECT_EQ(gqrx.format, SampleFormat::cf32);
  EXPECT_EQ(gqrx.centre_hz, 868.1e6);
  EXPECT_EQ(gqrx.rate_hz, 1.8e6);
  EXPECT_EQ(to_iso8601(*gqrx.time, 0), "2026-11-22T08:00:01Z");
  const RawHints sharp = hints_of_name("SDRSharp_20150804_204908Z_433920kHz_IQ.wav").said;
  EXPECT_EQ(sharp.centre_hz, 433.92e6);
  EXPECT_EQ(to_iso8601(*sharp.time, 0), "2015-08-04T20:49:08Z");
  // Without the Z it is some local time.
  EXPECT_FALSE(hints_of_name("SDRSharp_20150804_204908_433920kHz_IQ.wav").said.time);
  EXPECT_FALSE(hints_of_name("x_20151304_204908Z.wav").said.time);
}

TEST(RawName, SaysNothingWhereItSaysTwoThings) {
  const NameHints two = hints_of_name("a_433.92M_868.3M_434M_250k.cu8");
  EXPECT_FALSE(two.said.centre_hz);
  EXPECT_EQ(two.said.rate_hz, 250e3);
  EXPECT_EQ(two.contradictions.size(), 1U);
  EXPECT_TRUE(hints_of_name("a_433.92M_433.92MHz.cu8").contradictions.empty());
}

}  // namespace
}  // namespace earshot::radio
