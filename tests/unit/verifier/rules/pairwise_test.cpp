#include "verifier/rules/pairwise.h"

#include <gtest/gtest.h>

#include "core/fixed.h"
#include "core/position.h"
#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

class Pairwise : public testing::Test {
 protected:
  Pairwise() : Pairwise(5'000) {}
  explicit Pairwise(double metres) {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(metres, 0);
    sent_ = builder_.beacon(0, 0);
    heard_ = builder_.heard(1, 0, sent_);
  }

  Onboarding& speaker() { return builder_.hotspot(0).onboarding; }
  Onboarding& ear() { return builder_.hotspot(1).onboarding; }
  PairRuling judge() { return judge_pair({sent_, speaker()}, {heard_, ear()}, policy_); }
  std::string reason() { return judge().ruling.reason; }
  std::int64_t finding(const std::string& name) {
    const auto judged = judge();
    for (const Finding& each : judged.ruling.findings) {
      if (each.name == name) return each.value;
    }
    ADD_FAILURE() << "no finding " << name;
    return 0;
  }

  RecordBuilder builder_;
  rewards::Policy policy_;
  BeaconReport sent_;
  WitnessReport heard_;
};

TEST_F(Pairwise, AcceptsWhatFollowsFromTheGeometryAndShowsItsInputs) {
  const PairRuling ruling = judge();
  EXPECT_EQ(ruling.ruling.reason, "ok");
  EXPECT_TRUE(ruling.timed);
  EXPECT_FALSE(ruling.odd);
  EXPECT_EQ(finding("distance_mm"), 5'000'000);
  EXPECT_EQ(finding("free_space_bound_cdbm"), heard_.rssi_cdbm + 3'000);
  EXPECT_EQ(finding("timing"), 1);
}

TEST_F(Pairwise, RefusesOnesOwnBeacon) {
  ear().hotspot = speaker().hotspot;
  EXPECT_EQ(reason(), "own_beacon");
}

TEST_F(Pairwise, RefusesHotspotsOfOneOwner) {
  ear().owner = speaker().owner;
  EXPECT_EQ(reason(), "same_owner");
}

TEST_F(Pairwise, RefusesAnotherRegion) {
  ear().region = RegionId::us915;
  EXPECT_EQ(reason(), "region_mismatch");
}

TEST_F(Pairwise, RefusesAnotherChannel) {
  const WitnessReport honest = heard_;
  heard_.frequency_hz += 200'000;
  EXPECT_EQ(reason(), "frequency_mismatch");
  heard_ = honest;
  heard_.spreading_factor += 1;
  EXPECT_EQ(reason(), "spreading_factor_mismatch");
  heard_ = honest;
  heard_.bandwidth_hz = 500'000;
  EXPECT_EQ(reason(), "bandwidth_mismatch");
}

TEST_F(Pairwise, DrawsTheLineAtTheFreeSpaceBound) {
  const auto bound = static_cast<std::int32_t>(finding("free_space_bound_cdbm"));
  heard_.snr_cdb += bound - heard_.rssi_cdbm;
  heard_.rssi_cdbm = bound;
  EXPECT_EQ(reason(), "ok");
  EXPECT_TRUE(judge().odd);
  heard_.rssi_cdbm += 1;
  EXPECT_EQ(reason(), "rssi_above_free_space");
  EXPECT_FALSE(judge().odd);
}

TEST_F(Pairwise, CountsClaimedGainsOnlyUpToThePolicysCap) {
  const std::int64_t before = finding("free_space_bound_cdbm");
  ear().antenna_gain_ddbi = 60;
  EXPECT_EQ(finding("free_space_bound_cdbm"), before + 400);
  ear().antenna_gain_ddbi = 300;
  EXPECT_EQ(finding("free_space_bound_cdbm"), before + 400);
}

TEST_F(Pairwise, DrawsTheLineAtTheNoiseFloor) {
  heard_.snr_cdb = heard_.rssi_cdbm - policy_.min_noise_floor_cdbm;
  EXPECT_EQ(reason(), "ok");
  heard_.snr_cdb += 1;  // Less noise than nature makes.
  EXPECT_EQ(reason(), "noise_floor");
  heard_.snr_cdb = heard_.rssi_cdbm - policy_.max_noise_floor_cdbm;
  EXPECT_EQ(reason(), "ok");
  heard_.snr_cdb -= 1;
  EXPECT_EQ(reason(), "noise_floor");
}

TEST_F(Pairwise, RaisesTheNoiseFloorWithTheBandwidth) {
  sent_.bandwidth_hz = heard_.bandwidth_hz = 500'000;
  EXPECT_EQ(finding("min_noise_floor_cdbm"), policy_.min_noise_floor_cdbm + 602);
}

TEST_F(Pairwise, DrawsTheLineAtBothErrorBoundsAndTheSlack) {
  const std::int64_t allowed = 50'000 + 50'000 + 500'000;
  heard_.receive_ps += allowed;
  EXPECT_EQ(reason(), "ok");
  EXPECT_TRUE(judge().odd);
  heard_.receive_ps += 1;
  const PairRuling ruling = judge();
  EXPECT_EQ(ruling.ruling.reason, "timing_mismatch");
  EXPECT_TRUE(ruling.timed);
  heard_.receive_ps -= 2 * allowed + 1;  // Earlier than light is no better.
  EXPECT_EQ(reason(), "ok");
  heard_.receive_ps -= 1;
  EXPECT_EQ(reason(), "timing_mismatch");
}

TEST_F(Pairwise, DoesNotCountWideErrorBoundsAsTimingButHoldsToThem) {
  heard_.receive_error_ps = policy_.timing_bound_ps;
  EXPECT_TRUE(judge().timed);
  heard_.receive_error_ps += 1;
  EXPECT_FALSE(judge().timed);
  EXPECT_EQ(finding("timing"), 0);
  EXPECT_EQ(reason(), "ok");
  heard_.receive_ps += 10'000'000;
  EXPECT_EQ(reason(), "timing_mismatch");
}

TEST_F(Pairwise, CountsTimingOfGnssClocksOnly) {
  ear().clock = ClockClass::network;
  EXPECT_FALSE(judge().timed);
}

TEST_F(Pairwise, SurvivesTheEndsOfEveryField) {
  for (const std::int64_t when : {INT64_MIN, std::int64_t{0}, INT64_MAX}) {
    for (const std::int32_t level : {INT32_MIN, 0, INT32_MAX}) {
      heard_.receive_ps = when;
      sent_.transmit_ps = -when - 1;
      heard_.receive_error_ps = UINT64_MAX;
      heard_.rssi_cdbm = heard_.snr_cdb = sent_.power_cdbm = level;
      EXPECT_FALSE(reason().empty());
    }
  }
}

class TooClose : public Pairwise {
 protected:
  TooClose() : Pairwise(299.9) {}
};
TEST_F(TooClose, IsRefused) {
  EXPECT_EQ(reason(), "too_close");
  policy_.min_distance_mm = 299'900;
  EXPECT_EQ(reason(), "ok");
}

TEST_F(TooClose, IsRefusedAtNoDistanceWhateverThePolicySays) {
  policy_.min_distance_mm = 0;
  ear().position = speaker().position;
  EXPECT_EQ(reason(), "too_close");
}

class TooFar : public Pairwise {
 protected:
  TooFar() : Pairwise(100'000.1) {}
};
TEST_F(TooFar, IsRefused) { EXPECT_EQ(reason(), "too_far"); }

}  // namespace
}  // namespace earshot::verifier
