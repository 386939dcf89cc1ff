#include "radio/iq/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "radio/channel/random.h"

namespace earshot::radio {
namespace {

constexpr std::array kFormats = {SampleFormat::ci8, SampleFormat::ci16, SampleFormat::cf32,
                                 SampleFormat::cu8};

TEST(SampleFormats, HaveNamesThatAreReadBack) {
  for (const SampleFormat format : kFormats) {
    EXPECT_EQ(*parse_format(format_name(format)), format);
  }
  EXPECT_EQ(*parse_format("cs8"), SampleFormat::ci8);
  EXPECT_EQ(*parse_format("cs16"), SampleFormat::ci16);
  EXPECT_EQ(*parse_format("cfile"), SampleFormat::cf32);
}

TEST(SampleFormats, AnUnknownNameIsAUsageErrorThatListsWhatIsAllowed) {
  const auto format = parse_format("cf64");
  ASSERT_FALSE(format);
  EXPECT_EQ(format.error().code, Errc::usage);
  EXPECT_NE(format.error().detail.find("\"cf64\""), std::string::npos);
  EXPECT_NE(format.error().detail.find("ci16 (cs16)"), std::string::npos);
}

TEST(SampleFormats, EveryByteSurvivesARoundTripThroughFloat) {
  Bytes every(512);
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = static_cast<std::uint8_t>(i * 7);
  for (const SampleFormat format : {SampleFormat::ci8, SampleFormat::cu8, SampleFormat::ci16}) {
    EXPECT_EQ(encode_samples(format, decode_samples(format, every)), every) << format_name(format);
  }
}

TEST(SampleFormats, EverySixteenBitValueSurvives) {
  Bytes every;
  for (int value = -32768; value < 32768; ++value) {
    every.push_back(static_cast<std::uint8_t>(value & 0xFF));
    every.push_back(static_cast<std::uint8_t>((value >> 8) & 0xFF));
  }
  EXPECT_EQ(encode_samples(SampleFormat::ci16, decode_samples(SampleFormat::ci16, every)), every);
}

TEST(SampleFormats, FullScaleIsOne) {
  const Samples low = decode_samples(SampleFormat::ci8, Bytes{0x80, 0x7F});
  EXPECT_EQ(low[0], Sample(-1.0F, 127.0F / 128));
  const Samples unsigned_ends = decode_samples(SampleFormat::cu8, Bytes{0, 255});
  EXPECT_EQ(unsigned_ends[0], Sample(-1.0F, 1.0F));
}

TEST(SampleFormats, RoundHalfAwayFromZero) {
  const Samples halves = {{0.5F / 128, -0.5F / 128}, {1.5F / 128, -1.5F / 128}};
  EXPECT_EQ(encode_samples(SampleFormat::ci8, halves), (Bytes{1, 0xFF, 2, 0xFE}));
  const float below_half = std::nextafter(0.5F, 0.0F) / 128;
  EXPECT_EQ(encode_samples(SampleFormat::ci8, Samples{{below_half, -below_half}}), (Bytes{0, 0}));
}

TEST(SampleFormats, ClipWhatDoesNotFitAndNeverWrap) {
  const float infinity = std::numeric_limits<float>::infinity();
  const Samples loud = {{1.0F, -1.5F}, {infinity, -infinity}, {1e30F, std::nanf("")}};
  EXPECT_EQ(encode_samples(SampleFormat::ci8, loud), (Bytes{127, 0x80, 127, 0x80, 127, 0}));
  EXPECT_EQ(encode_samples(SampleFormat::cu8, Samples{{2.0F, -2.0F}}), (Bytes{255, 0}));
}

TEST(SampleFormats, PropertyQuantisationErrsByHalfAStepAtMost) {
  Samples noise(4096);
  add_noise(noise, {7, 1}, 0, 0.01);
  const Samples back = decode_samples(SampleFormat::ci8, encode_samples(SampleFormat::ci8, noise));
  for (std::size_t i = 0; i < noise.size(); ++i) {
    EXPECT_LE(std::abs(noise[i].real() - back[i].real()), 0.5F / 128 + 1e-7F);
    EXPECT_LE(std::abs(noise[i].imag() - back[i].imag()), 0.5F / 128 + 1e-7F);
  }
}

}  // namespace
}  // namespace earshot::radio
