#include "radio/iq/sdriq.h"

#include <gtest/gtest.h>

namespace earshot::radio {
namespace {

TEST(Sdriq, HeadersComeBack) {
  const Bytes bytes = sdriq_header(250e3, 868.1e6, {1'700'000'000, 123'000'000'000});
  ASSERT_EQ(bytes.size(), kSdriqHeaderBytes);
  const auto header = parse_sdriq_header(bytes, "f");
  ASSERT_TRUE(header) << header.error().detail;
  EXPECT_EQ(header->rate_hz, 250e3);
  EXPECT_EQ(header->centre_hz, 868.1e6);
  EXPECT_EQ(header->time, (Instant{1'700'000'000, 123'000'000'000}));
  EXPECT_EQ(header->storage, Storage::ci16);
  EXPECT_FALSE(header->seconds);
}

TEST(Sdriq, HeadersOfOlderVersionsCountSeconds) {
  // A header from before 6.16.2: 48 kHz, 145 MHz, 2017-07-14T02:40:00Z, 16 bits; its CRC32 was
  // computed with Python's binascii.
  const auto bytes = from_hex("80bb00004086a40800000000002f6859000000001000000000000000cf3cfdb8");
  ASSERT_TRUE(bytes);
  const auto header = parse_sdriq_header(*bytes, "f");
  ASSERT_TRUE(header) << header.error().detail;
  EXPECT_TRUE(header->seconds);
  EXPECT_EQ(header->time, (Instant{1'500'000'000, 0}));
}

TEST(Sdriq, SamplesOf24BitsStandInFourBytes) {
  const auto bytes = from_hex("80bb00004086a408000000000098f73e5d01000018000000000000005646b6d1");
  const auto header = parse_sdriq_header(*bytes, "f");
  ASSERT_TRUE(header) << header.error().detail;
  EXPECT_EQ(header->storage, Storage::ci24_in_ci32);
  EXPECT_EQ(header->time, (Instant{1'500'000'000, 0}));
}

TEST(Sdriq, ADamagedHeaderIsRefused) {
  const Bytes whole = sdriq_header(250e3, 868.1e6, {1'700'000'000, 0});
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 1;
    const auto header = parse_sdriq_header(damaged, "f.sdriq");
    ASSERT_FALSE(header) << i;
    EXPECT_NE(header.error().detail.find("CRC32"), std::string::npos);
  }
}

}  // namespace
}  // namespace earshot::radio
