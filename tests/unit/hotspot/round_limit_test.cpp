#include "hotspot/round_limit.h"

#include <gtest/gtest.h>

namespace earshot::hotspot {
namespace {

using Answer = RoundLimit::Answer;
constexpr Round kRound = 29'700'000;

Tag tag_of(std::size_t number) {
  return {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)};
}
// How many of so many tags, none of them known, are to be measured.
std::size_t measured(RoundLimit& limit, Round round, std::size_t first, std::size_t count) {
  std::size_t sum = 0;
  for (std::size_t i = first; i < first + count; ++i) {
    sum += limit.ask(round, tag_of(i)) == Answer::measure ? 1 : 0;
  }
  return sum;
}

TEST(RoundLimit, MeasuresSoManyARoundAndAgainInTheNext) {
  RoundLimit limit;
  EXPECT_EQ(measured(limit, kRound, 0, 1000), kReportsPerRound);
  EXPECT_EQ(limit.ask(kRound, tag_of(2000)), Answer::over_limit);
  EXPECT_EQ(measured(limit, kRound + 1, 0, 1000), kReportsPerRound);
}

TEST(RoundLimit, MeasuresATagOnce) {
  RoundLimit limit;
  EXPECT_EQ(limit.ask(kRound, tag_of(1)), Answer::measure);
  EXPECT_EQ(limit.ask(kRound, tag_of(1)), Answer::repeated);
  EXPECT_EQ(limit.ask(kRound, tag_of(2)), Answer::measure);
}

TEST(RoundLimit, TurnsOfTheRoundsEdgeMakeNoRoom) {
  RoundLimit limit;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < 1000; ++i) sum += measured(limit, kRound + i % 2, i, 1);
  EXPECT_LE(sum, 1 + kReportsPerRound);  // The first was alone in its round.
}

TEST(RoundLimit, BeginsAnewWhenTheClockWasSetBack) {
  RoundLimit limit;
  EXPECT_EQ(measured(limit, kRound + 5000, 0, 100), kReportsPerRound);
  EXPECT_EQ(measured(limit, kRound, 0, 100), kReportsPerRound);
}

}  // namespace
}  // namespace earshot::hotspot
