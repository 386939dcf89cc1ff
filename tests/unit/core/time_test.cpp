#include "core/time.h"

#include <gtest/gtest.h>

#include <random>

namespace earshot {
namespace {

TEST(Iso8601, WritesKnownInstants) {
  EXPECT_EQ(to_iso8601({0, 0}), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(to_iso8601({1795334400, 123'456'789'012}), "2026-11-22T08:00:00.123456789Z");
  EXPECT_EQ(to_iso8601({1795334400, 123'456'789'012}, 12), "2026-11-22T08:00:00.123456789012Z");
  EXPECT_EQ(to_iso8601({951'827'696, 0}, 0), "2000-02-29T12:34:56Z");
  EXPECT_EQ(to_iso8601({-1, 999'000'000'000}, 3), "1969-12-31T23:59:59.999Z");
}

TEST(Iso8601, ReadsBackWhatItWroteProperty) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 2000; ++i) {
    const Instant instant{static_cast<std::int64_t>(random() % 20'000'000'000) - 9'000'000'000,
                          static_cast<std::int64_t>(random() % kPicosPerSecond)};
    EXPECT_EQ(from_iso8601(to_iso8601(instant, 12)).value(), instant);
  }
}

TEST(Iso8601, TakesAnyNumberOfFractionalDigits) {
  EXPECT_EQ(from_iso8601("1970-01-01T00:00:01Z").value(), (Instant{1, 0}));
  EXPECT_EQ(from_iso8601("1970-01-01T00:00:01.5Z").value(), (Instant{1, 500'000'000'000}));
  EXPECT_EQ(from_iso8601("1970-01-01T00:00:01.000000000001Z").value(), (Instant{1, 1}));
}

TEST(Iso8601, RefusesEverythingElse) {
  for (const char* text : {"",
                           "Z",
                           "1970-01-01",
                           "1970-01-01T00:00:01",
                           "1970-01-01T00:00:01+00:00",
                           "1970-01-01 00:00:01Z",
                           "1970-02-30T00:00:00Z",
                           "2023-02-29T00:00:00Z",
                           "1970-13-01T00:00:00Z",
                           "1970-01-01T24:00:00Z",
                           "1970-01-01T00:60:00Z",
                           "1970-01-01T00:00:60Z",
                           "1970-01-01T00:00:01.Z",
                           "1970-01-01T00:00:01.1234567890123Z",
                           "1970-01-01T00:00:01.1a3Z",
                           "+970-01-01T00:00:00Z",
                           "1970-01-01T00:00:0ZZ",
                           "1970-01-01T00:00:01ZZ",
                           "1970-00-01T00:00:00Z",
                           "1970-01-00T00:00:00Z"}) {
    EXPECT_FALSE(from_iso8601(text)) << text;
  }
}

TEST(Rounds, AreUnixMinutes) {
  EXPECT_EQ(round_at(round_opening(29'922'240)), 29'922'240U);
  EXPECT_EQ(round_at(round_opening(29'922'240) - 1), 29'922'239U);
  EXPECT_EQ(instant_of_round(2).seconds, 120);
  EXPECT_GT(round_opening(kLastRound), round_opening(kLastRound - 1));  // No overflow.
}

TEST(Instants, CarryPicosecondsBothWays) {
  const Instant instant{10, 900'000'000'000};
  EXPECT_EQ(instant + Picoseconds(200'000'000'000), (Instant{11, 100'000'000'000}));
  EXPECT_EQ(instant + Picoseconds(-1'900'000'000'001), (Instant{8, 999'999'999'999}));
  EXPECT_EQ((instant - Instant{11, 0}).count(), -100'000'000'000);
}

}  // namespace
}  // namespace earshot
