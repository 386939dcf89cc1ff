#include "core/region.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/sortition.h"

namespace earshot {
namespace {

TEST(Regions, AreAscendingAndFoundByIdAndName) {
  EXPECT_TRUE(std::is_sorted(regions().begin(), regions().end(),
                             [](const Region& a, const Region& b) { return a.id < b.id; }));
  for (const Region& region : regions()) {
    EXPECT_EQ(find_region(region.id), &region);
    EXPECT_EQ(find_region(region.name), &region);
    EXPECT_FALSE(region.channels_hz.empty());
    EXPECT_TRUE(std::is_sorted(region.channels_hz.begin(), region.channels_hz.end()));
  }
}

TEST(Regions, UnknownOnesAreNotThere) {
  EXPECT_EQ(find_region(static_cast<RegionId>(99)), nullptr);
  EXPECT_EQ(find_region("EU433"), nullptr);
}

TEST(Regions, Eu868IsTheStandardsBandM) {
  const Region* region = find_region("EU868");
  ASSERT_NE(region, nullptr);
  EXPECT_EQ(region->max_eirp_cdbm, 1400 + 215);  // ERP is relative to a half-wave dipole.
  EXPECT_EQ(region->duty_cycle_ppm, 10'000U);
  for (const std::uint64_t channel : region->channels_hz) {
    EXPECT_GE(channel - 62'500, 868'000'000U);
    EXPECT_LE(channel + 62'500, 868'600'000U);
  }
}

TEST(Regions, KeepTheirNumbersInMessages) {
  EXPECT_EQ(static_cast<int>(find_region("EU868")->id), 1);
  EXPECT_EQ(static_cast<int>(find_region("IN865")->id), 2);
  EXPECT_EQ(static_cast<int>(find_region("US915")->id), 3);
  EXPECT_EQ(static_cast<int>(find_region("AS923")->id), 4);
  EXPECT_EQ(static_cast<int>(find_region("AU915")->id), 5);
}

TEST(Regions, ABeaconKeepsEveryDwellTimeUpToSf10) {
  for (const Region& region : regions()) {
    if (region.dwell_ms == 0) continue;
    EXPECT_LT(beacon_airtime(10, kBeaconBandwidthHz), std::chrono::milliseconds(region.dwell_ms));
    EXPECT_GT(beacon_airtime(11, kBeaconBandwidthHz), std::chrono::milliseconds(region.dwell_ms));
  }
}

}  // namespace
}  // namespace earshot
