#include "verifier/what_if.h"

#include <gtest/gtest.h>

#include "core/s2.h"
#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

using rewards::Tier;

// Six transmitters of six owners around a place, all in range of each other.
class WhatIf : public testing::Test {
 protected:
  WhatIf() {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.add_hotspot(0, 6'000);
    builder_.add_hotspot(-4'000, 1'000);
    builder_.add_hotspot(1'000, -5'500);
    builder_.add_hotspot(4'500, 4'000);
    builder_.fill();
    record_ = builder_.build();
    outcome_ = judge_epoch(record_, builder_.policy()).value();
  }
  Forecast ask(const Ecef& place, bool transmits = true, S2Cell cell = 0) {
    return forecast(record_, builder_.policy(), outcome_,
                    {.position = place, .cell = cell, .transmits = transmits})
        .value();
  }
  static Uint128 as(const Forecast& forecast, Tier tier) {
    return forecast.rewards[static_cast<std::size_t>(tier)];
  }

  RecordBuilder builder_;
  EpochRecord record_;
  EpochOutcome outcome_;
};

TEST_F(WhatIf, APlaceAmongTheOthersEarnsAsTheyDo) {
  Ecef near = builder_.hotspot(0).position;
  near.x_mm += 800'000;
  const Forecast here = ask(near);
  EXPECT_GT(here.paid_beacons, 0U);
  EXPECT_GT(here.heard, 0U);
  EXPECT_GT(here.heard_by, 2U);
  EXPECT_EQ(here.own_beacons, 3U);  // 12 rounds in windows of 4.
  EXPECT_TRUE(as(here, Tier::located) > as(here, Tier::plausible));
  EXPECT_TRUE(as(here, Tier::plausible) > as(here, Tier::establishing));
  // About a seventh of what seven share.
  const Uint128 pool = outcome_.rewards.emitted * 6 / 10;
  EXPECT_TRUE(as(here, Tier::located) > pool / 14);
  EXPECT_TRUE(as(here, Tier::located) < pool / 4);
}

TEST_F(WhatIf, FarFromEverybodyNothingIsHeardOrEarned) {
  Ecef far = builder_.hotspot(0).position;
  far.z_mm += 400'000'000;
  const Forecast there = ask(far);
  EXPECT_EQ(there.heard, 0U);
  EXPECT_EQ(there.heard_by, 0U);
  EXPECT_TRUE(as(there, Tier::located) == 0);
}

TEST_F(WhatIf, TooNearToAnotherProvesNothing) {
  const Forecast same = ask(builder_.hotspot(0).position);
  EXPECT_LT(same.heard, same.paid_beacons);
  EXPECT_EQ(same.heard_by, builder_.hotspot_count() - 1);
}

TEST_F(WhatIf, AListenerIsPaidFromItsOwnBucket) {
  Ecef near = builder_.hotspot(0).position;
  near.x_mm += 800'000;
  const Forecast here = ask(near, false);
  EXPECT_EQ(here.own_beacons, 0U);
  // The only one: all of the two per cent.
  EXPECT_TRUE(as(here, Tier::listener) == outcome_.rewards.emitted / 50);
  EXPECT_TRUE(as(here, Tier::located) == 0);
}

TEST_F(WhatIf, TheNewcomerCrowdsItsCellToo) {
  Ecef near = builder_.hotspot(0).position;
  near.x_mm += 800'000;
  const S2Cell taken = outcome_.standings.front().cell;
  ASSERT_EQ(s2_level(taken), kPositionCellLevel);
  const Forecast nowhere = ask(near);
  const Forecast crowded = ask(near, true, taken);
  EXPECT_EQ(nowhere.scale, rewards::kFullScale);
  EXPECT_EQ(crowded.scale, rewards::kFullScale / 2);  // Two where one is the most.
  EXPECT_TRUE(as(crowded, Tier::located) < as(nowhere, Tier::located));
  // One that never beacons counts for nothing among others.
  EXPECT_EQ(ask(near, false, taken).scale, rewards::kFullScale);
}

TEST_F(WhatIf, ChangesNothingThatWasPaid) {
  const EpochOutcome before = outcome_;
  ask(builder_.hotspot(1).position);
  EXPECT_EQ(outcome_.rewards.accounts, before.rewards.accounts);
}

}  // namespace
}  // namespace earshot::verifier
