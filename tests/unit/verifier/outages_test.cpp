#include "verifier/outages.h"

#include <gtest/gtest.h>

#include <random>

namespace earshot::verifier {
namespace {

TEST(DeadlineAfter, CountsOnlyTimeOutsideOfOutages) {
  EXPECT_EQ(deadline_after(100, 50, {}), 150);
  const std::vector<Outage> outages = {{0, 90}, {95, 110}, {140, 200}, {240, 300}};
  // 110 to 140, then 200 to 220.
  EXPECT_EQ(deadline_after(100, 50, outages), 220);
  EXPECT_EQ(deadline_after(0, 0, outages), 0);
  EXPECT_EQ(deadline_after(300, 10, outages), 310);
}

TEST(DeadlineAfter, AnOutageThatBeginsAtTheDeadlineChangesNothing) {
  const std::vector<Outage> outages = {{150, 1000}};
  EXPECT_EQ(deadline_after(100, 50, outages), 150);
}

// By counting every instant.
TEST(DeadlineAfter, IsWhatAClockThatStandsStillInOutagesShows) {
  std::mt19937 random(7);
  for (int run = 0; run < 2000; ++run) {
    std::vector<Outage> outages;
    for (int i = 0; i < 4; ++i) {
      const auto begin = static_cast<UnixNanos>(random() % 100);
      outages.push_back({begin, begin + 1 + static_cast<UnixNanos>(random() % 30)});
    }
    outages = join_outages(outages);
    const auto start = static_cast<UnixNanos>(random() % 100);
    const auto span = static_cast<UnixNanos>(1 + random() % 60);
    UnixNanos naive = start;
    for (UnixNanos counted = 0;; ++naive) {
      const bool is_up = std::ranges::none_of(outages, [&](const Outage& outage) {
        return outage.begin <= naive && naive < outage.end;
      });
      if (counted == span) break;
      counted += is_up ? 1 : 0;
    }
    EXPECT_EQ(deadline_after(start, span, outages), naive);
  }
}

TEST(JoinOutages, GivesThemInOrderAndApart) {
  EXPECT_EQ(join_outages({{5, 9}, {1, 3}, {3, 4}, {8, 12}, {20, 21}}),
            (std::vector<Outage>{{1, 4}, {5, 12}, {20, 21}}));
}

}  // namespace
}  // namespace earshot::verifier
