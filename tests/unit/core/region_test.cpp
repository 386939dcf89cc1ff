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

TEST(Regions, ABeaconKeepsTheDwellTimeOfUs915UpToSf10) {
  EXPECT_LT(beacon_airtime(10, kBeaconBandwidthHz), std::chrono::milliseconds(400));
}

}  // namespace
}  // namespace earshot
