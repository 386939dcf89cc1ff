#include "radio/iq/cut.h"

#include <gtest/gtest.h>

namespace earshot::radio {
namespace {

RecordingInfo recording() {
  RecordingInfo out;
  out.rate_hz = 1e6;
  out.sample_count = 1000;
  Capture first;
  first.sample_count = 600;
  first.time = Instant{100, 0};
  first.extra["core:global_index"] = 5000;
  Capture second = first;
  second.first_sample = 600;
  second.sample_count = 400;
  second.time = Instant{200, 0};
  out.captures = {first, second};
  out.annotations = {{10, 20, 0, 0, "early", "", {}}, {590, 20, 0, 0, "across", "", {}}};
  out.global["core:offset"] = 7;
  return out;
}

TEST(CutOut, MovesTimeAndIndexOfTheCaptureThatItCuts) {
  const RecordingInfo part = cut_out(recording(), 500, 200);
  ASSERT_EQ(part.captures.size(), 2U);
  EXPECT_EQ(part.captures[0].time, (Instant{100, 500'000'000}));
  EXPECT_EQ(part.captures[0].extra["core:global_index"], 5500);
  EXPECT_EQ(part.captures[0].sample_count, 100U);
  EXPECT_EQ(part.captures[1].first_sample, 100U);
  EXPECT_EQ(part.captures[1].time, (Instant{200, 0}));
  EXPECT_EQ(part.captures[1].extra["core:global_index"], 5000);
  EXPECT_FALSE(part.global.contains("core:offset"));
}

TEST(CutOut, ClipsTheAnnotationsThatReachIn) {
  const RecordingInfo part = cut_out(recording(), 600, 400);
  ASSERT_EQ(part.annotations.size(), 1U);
  EXPECT_EQ(part.annotations[0].first_sample, 0U);
  EXPECT_EQ(part.annotations[0].sample_count, 10U);
}

TEST(CutOut, OfEverythingIsEverything) {
  const RecordingInfo whole = cut_out(recording(), 0, 1000);
  EXPECT_EQ(whole.captures.size(), 2U);
  EXPECT_EQ(whole.captures[0].time, (Instant{100, 0}));
  EXPECT_EQ(whole.annotations.size(), 2U);
}

}  // namespace
}  // namespace earshot::radio
