#include "radio/iq/raw_name.h"

#include <gtest/gtest.h>

namespace earshot::radio {
namespace {

TEST(RawName, SaysFrequencyRateAndFormatAsRtl433WritesThem) {
  const RawHints hints = hints_of_name("/data/g001_868.3M_1000k.cs8");
  EXPECT_EQ(hints.format, SampleFormat::ci8);
  EXPECT_DOUBLE_EQ(*hints.centre_hz, 868.3e6);
  EXPECT_DOUBLE_EQ(*hints.rate_hz, 1e6);
  EXPECT_FALSE(hints.time);
}

TEST(RawName, SaysNothingThatItDoesNotSay) {
  for (const char* name : {"", "/", "x", "frame.cf64", "M_k.bin", "12_k_M", "1e3k",
                           "_-5M_0k_nanM_infk", "a.cs8/plain"}) {
    const RawHints hints = hints_of_name(name);
    EXPECT_FALSE(hints.format || hints.rate_hz || hints.centre_hz) << name;
  }
}

TEST(RawName, KeepsTheSuffixOutOfTheLastPart) {
  const RawHints hints = hints_of_name("sf7_433.92M_250k.cu8");
  EXPECT_EQ(hints.format, SampleFormat::cu8);
  EXPECT_DOUBLE_EQ(*hints.rate_hz, 250e3);
}

}  // namespace
}  // namespace earshot::radio
