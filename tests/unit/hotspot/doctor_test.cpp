#include "hotspot/doctor.h"

#include <gtest/gtest.h>

#include "hotspot/hotspot_name.h"

namespace earshot::hotspot {
namespace {

TEST(JudgeLevel, WantsNoiseAboveTheLastBitsAndNothingClipped) {
  EXPECT_EQ(judge_level(-40, 0).health, Health::good);
  EXPECT_EQ(judge_level(-70, 0).health, Health::warning);
  EXPECT_EQ(judge_level(-5, 0).health, Health::warning);
  EXPECT_EQ(judge_level(-40, 0.01).health, Health::bad);
  EXPECT_NE(judge_level(-40, 0.01).detail.find("1.000 % of the samples clip"), std::string::npos);
}

TEST(JudgeClock, BelievesNoMoreThanTheHostKnows) {
  EXPECT_EQ(judge_clock(ClockClass::none, false, 0, 0).health, Health::good);
  EXPECT_EQ(judge_clock(ClockClass::network, false, 0, 0).health, Health::bad);
  EXPECT_EQ(judge_clock(ClockClass::network, true, 5'000'000, 10'000'000'000).health, Health::good);
  EXPECT_EQ(judge_clock(ClockClass::network, true, 50'000'000, 10'000'000'000).health,
            Health::warning);
  EXPECT_EQ(judge_clock(ClockClass::gnss, false, 0, 100'000).health, Health::good);
}

TEST(IsHealthy, IsFalseForOneBadFindingOnly) {
  EXPECT_TRUE(is_healthy({{"a", Health::good, ""}, {"b", Health::warning, ""}}));
  EXPECT_FALSE(is_healthy({{"a", Health::good, ""}, {"b", Health::bad, ""}}));
}

TEST(NameOf, IsStableAndPronounceable) {
  PublicKey key{};
  const std::string name = name_of(key);
  EXPECT_EQ(name, name_of(key));
  EXPECT_EQ(std::count(name.begin(), name.end(), '-'), 2);
  key[0] = 1;
  EXPECT_NE(name, name_of(key));
}

}  // namespace
}  // namespace earshot::hotspot
