#include "cli/progress.h"

#include <gtest/gtest.h>

namespace earshot::cli {
namespace {

TEST(Progress, ShowsHowFarAndHowLongStill) {
  EXPECT_EQ(progress_text(0, 100, 2, 10), "[..........] 0 %");
  EXPECT_EQ(progress_text(25, 100, 2, 10), "[##........] 25 %, 6 s left");
  EXPECT_EQ(progress_text(100, 100, 2, 10), "[##########] 100 %");
}

TEST(Progress, OfNothingOrTooMuchIsWhole) {
  EXPECT_EQ(progress_text(0, 0, 2, 4), "[####] 100 %");
  EXPECT_EQ(progress_text(9, 3, 2, 4), "[####] 100 %");
}

}  // namespace
}  // namespace earshot::cli
