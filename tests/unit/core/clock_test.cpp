#include "core/clock.h"

#include <gtest/gtest.h>

namespace earshot {
namespace {

TEST(VirtualClock, StandsStillUntilItIsTold) {
  VirtualClock clock(100);
  EXPECT_EQ(clock.now(), 100);
  clock.advance_to(250);
  EXPECT_EQ(clock.now(), 250);
}

TEST(VirtualClock, NeverGoesBack) {
  VirtualClock clock(100);
  clock.advance_to(99);
  EXPECT_EQ(clock.now(), 100);
}

TEST(SystemClock, IsPastTheYear2020) {
  EXPECT_GT(SystemClock().now(), 1'577'836'800 * kNanosPerSecond);
}

}  // namespace
}  // namespace earshot
