#include "radio/evidence/decimator.h"

#include <gtest/gtest.h>

#include <cmath>

namespace earshot::radio {
namespace {

TEST(Decimate, KeepsAToneInPlaceInTimeAndSizeAtAnyRatio) {
  for (const std::uint64_t rate : {250'000U, 1'000'000U, 2'400'000U, 2'048'000U, 1'125'000U}) {
    SCOPED_TRACE(rate);
    const auto in_hz = static_cast<double>(rate);
    const double tone_hz = 31'000;
    const double channel_hz = rate > 300'000 ? 100'000 : 0;
    Samples stream(rate / 50);
    for (std::size_t n = 0; n < stream.size(); ++n) {
      const double turns = (channel_hz + tone_hz) * static_cast<double>(n) / in_hz;
      stream[n] = std::polar(0.5F, static_cast<float>(2 * M_PI * std::fmod(turns, 1.0)));
    }
    const std::uint64_t first = rate / 200;
    const Result<Samples> out =
        decimate({rate, 250'000, channel_hz}, stored(stream), first, stream.size());
    ASSERT_TRUE(out) << out.error().detail;
    EXPECT_EQ(out->size(), (stream.size() - first) * 250'000 / rate);
    for (std::size_t k = 100; k + 100 < out->size(); ++k) {
      // The channel is moved to zero with the phase that it has at sample 0 of the stream.
      const double seconds = static_cast<double>(first) / in_hz + static_cast<double>(k) / 250'000;
      const auto expected = std::polar(0.5, 2 * M_PI * tone_hz * seconds);
      ASSERT_NEAR(std::abs(std::complex<double>((*out)[k]) - expected), 0, 1e-3) << k;
    }
  }
}

TEST(Decimate, StopsWhatWouldFoldIntoTheChannel) {
  Samples stream(40'000);
  for (std::size_t n = 0; n < stream.size(); ++n) {
    // 190 kHz away: at 250 kS/s it would come out at -60 kHz.
    stream[n] = std::polar(1.0F, static_cast<float>(2 * M_PI * 0.19 * static_cast<double>(n)));
  }
  const Result<Samples> out = decimate({1'000'000, 250'000, 0}, stored(stream), 0, stream.size());
  ASSERT_TRUE(out);
  for (std::size_t k = 100; k + 100 < out->size(); ++k) ASSERT_LT(std::abs((*out)[k]), 1e-3);
}

TEST(Decimate, MixesAnyChannelAsItsPhaseAtEachSampleSays) {
  Samples stream(30'000);
  for (std::size_t n = 0; n < stream.size(); ++n) {
    stream[n] = {static_cast<float>(n % 7) - 3, static_cast<float>(n % 11) - 5};
  }
  // On a raster, on none that is short, between whole hertz; to either side.
  for (const double channel_hz : {200'000.0, -300'000.0, 200'001.0, 37'000.25, 0.0}) {
    SCOPED_TRACE(channel_hz);
    Samples mixed = stream;
    for (std::size_t n = 0; n < stream.size(); ++n) {
      const double turns = std::fmod(channel_hz * static_cast<double>(n), 2e6) / 2e6;
      mixed[n] *= Sample(std::polar(1.0, -2 * M_PI * turns));
    }
    const Result<Samples> out =
        decimate({2'000'000, 250'000, channel_hz}, stored(stream), 100, 29'000);
    const Result<Samples> expected = decimate({2'000'000, 250'000, 0}, stored(mixed), 100, 29'000);
    for (std::size_t k = 0; k < expected->size(); ++k) {
      ASSERT_LT(std::abs((*out)[k] - (*expected)[k]), 1e-5) << k;
    }
  }
}

TEST(Decimate, ReadsOnlyWhatItNeedsPieceByPiece) {
  const Samples stream(1'000'000, Sample(1, 0));
  std::size_t most = 0;
  std::size_t read = 0;
  const StoredStream watched = {stream.size(), [&](std::size_t first, std::span<Sample> out) {
                                  stored(stream).copy(first, out);
                                  most = std::max(most, out.size());
                                  read += out.size();
                                }};
  ASSERT_TRUE(decimate({2'000'000, 250'000, 0}, watched, 500'000, 700'000));
  EXPECT_LE(most, 4096U);
  EXPECT_LE(read, 210'000U);
}

TEST(Decimate, RefusesRatesItCannotBridge) {
  const Samples stream(10);
  EXPECT_FALSE(decimate({100'000, 250'000, 0}, stored(stream), 0, 10)) << "up";
  EXPECT_FALSE(decimate({1'000'003, 250'000, 0}, stored(stream), 0, 10)) << "a prime";
  EXPECT_FALSE(decimate({0, 0, 0}, stored(stream), 0, 10));
}

}  // namespace
}  // namespace earshot::radio
