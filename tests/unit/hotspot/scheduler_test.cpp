#include "hotspot/scheduler.h"

#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

Entropy entropy_of(Round round) {
  Writer writer;
  writer.put(round);
  return sha256(writer.bytes());
}

class SchedulerTest : public ::testing::Test {
 protected:
  // Shows the window from `first` on until a plan or a silence comes back.
  std::pair<Round, RoundPlan> first_of_window(Scheduler& scheduler, Round first) {
    for (Round round = first; round < first + settings_.sortition.window_rounds; ++round) {
      Result<RoundPlan> plan = scheduler.plan(round, entropy_of(round), round_opening(round));
      EXPECT_TRUE(plan) << plan.error().detail;
      if (plan->beacon || plan->silence) return {round, *plan};
    }
    return {0, {}};
  }
  Result<DutyLedger> open_ledger() { return DutyLedger::open(directory_.file("duty")); }

  TemporaryDirectory directory_;
  Identity identity_ = test_identity(3);
  Settings settings_ = test_settings();
};

TEST_F(SchedulerTest, SpeaksExactlyOnceInAWindowWhereEverybodyComputesIt) {
  Result<DutyLedger> ledger = open_ledger();
  ASSERT_TRUE(ledger);
  Scheduler scheduler(identity_, settings_, *ledger);
  int beacons = 0;
  for (Round round = kTestRound; round < kTestRound + 360; ++round) {
    const auto plan = scheduler.plan(round, entropy_of(round), round_opening(round));
    ASSERT_TRUE(plan) << plan.error().detail;
    if (!plan->beacon) continue;
    ++beacons;
    const auto expected = slot_in_window(
        kTestRound, [](Round r) { return std::optional(entropy_of(r)); },
        identity_.signing.public_key, *find_region(RegionId::eu868), settings_.sortition);
    ASSERT_TRUE(expected);
    EXPECT_EQ(expected->first, round);
    EXPECT_EQ(expected->second, plan->beacon->slot);
  }
  EXPECT_EQ(beacons, 1);
}

TEST_F(SchedulerTest, PlansWhatAVerifierAccepts) {
  Result<DutyLedger> ledger = open_ledger();
  ASSERT_TRUE(ledger);
  Scheduler scheduler(identity_, settings_, *ledger);
  const auto [round, plan] = first_of_window(scheduler, kTestRound);
  ASSERT_TRUE(plan.beacon);
  const BeaconPlan& beacon = *plan.beacon;
  const auto output = vrf_verify(identity_.vrf.public_key, entropy_of(round), beacon.proof);
  ASSERT_TRUE(output);
  const BeaconSecret secret = beacon_secret(*output);
  EXPECT_EQ(beacon.tag, secret.tag);
  EXPECT_EQ(beacon.payload, beacon_payload(secret.tag));
  const Region& region = *find_region(RegionId::eu868);
  EXPECT_EQ(beacon.power_cdbm + 210, region.max_eirp_cdbm + kPowerStepsCdb[secret.power_step])
      << "2.1 dBi of antenna gain";
  EXPECT_EQ(beacon.start, instant_of_round(round) + beacon.slot.start);
  EXPECT_EQ(beacon.anchor - beacon.start,
            beacon_anchor_offset(beacon.slot.spreading_factor, beacon.bandwidth_hz));
}

TEST_F(SchedulerTest, PlansTheSameAgainAfterARestartBeforeItsSlotAndReservesOnce) {
  BeaconPlan planned;
  Round round = 0;
  {
    Result<DutyLedger> ledger = open_ledger();
    ASSERT_TRUE(ledger);
    Scheduler scheduler(identity_, settings_, *ledger);
    const auto [found, plan] = first_of_window(scheduler, kTestRound);
    ASSERT_TRUE(plan.beacon);
    round = found;
    planned = *plan.beacon;
  }
  Result<DutyLedger> ledger = open_ledger();
  ASSERT_TRUE(ledger);
  Scheduler scheduler(identity_, settings_, *ledger);
  const auto [again, plan] = first_of_window(scheduler, kTestRound);
  EXPECT_EQ(again, round);
  ASSERT_TRUE(plan.beacon);
  EXPECT_EQ(plan.beacon->proof, planned.proof);
  EXPECT_EQ(ledger->entries().size(), 1U);
}

TEST_F(SchedulerTest, DoesNotSendLate) {
  Result<DutyLedger> ledger = open_ledger();
  ASSERT_TRUE(ledger);
  Scheduler scheduler(identity_, settings_, *ledger);
  for (Round round = kTestRound; round < kTestRound + 360; ++round) {
    const auto plan = scheduler.plan(round, entropy_of(round), round_opening(round + 1));
    ASSERT_TRUE(plan);
    EXPECT_FALSE(plan->beacon);
    EXPECT_FALSE(plan->silence);
  }
  EXPECT_TRUE(ledger->entries().empty());
}

TEST_F(SchedulerTest, WantsEveryRoundOfTheWindowBefore) {
  Result<DutyLedger> ledger = open_ledger();
  ASSERT_TRUE(ledger);
  Scheduler scheduler(identity_, settings_, *ledger);
  const Round round = kTestRound + 20;
  const auto plan = scheduler.plan(round, entropy_of(round), round_opening(round));
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Errc::usage);
  EXPECT_EQ(scheduler.first_unseen(round), kTestRound);
}

TEST_F(SchedulerTest, TakesASkippedRoundAsShown) {
  Result<DutyLedger> ledger = open_ledger();
  ASSERT_TRUE(ledger);
  Scheduler scheduler(identity_, settings_, *ledger);
  EXPECT_TRUE(scheduler.plan(kTestRound, std::nullopt, round_opening(kTestRound)));
  EXPECT_TRUE(scheduler.plan(kTestRound + 1, std::nullopt, round_opening(kTestRound + 1)));
  EXPECT_EQ(scheduler.first_unseen(kTestRound + 2), kTestRound + 2);
}

TEST_F(SchedulerTest, KeepsSilentWhenTheHourIsUsedUpAndSaysWhy) {
  Result<DutyLedger> ledger = open_ledger();
  ASSERT_TRUE(ledger);
  Scheduler plain(identity_, settings_, *ledger);
  const auto [round, plan] = first_of_window(plain, kTestRound);
  ASSERT_TRUE(plan.beacon);
  const TemporaryDirectory other;
  Result<DutyLedger> full = DutyLedger::open(other.file("duty"));
  ASSERT_TRUE(full);
  ASSERT_TRUE(
      full->reserve({1, round_opening(round) - 60 * kNanosPerSecond, 36 * kNanosPerSecond}));
  Scheduler scheduler(identity_, settings_, *full);
  const auto [silent_round, silent] = first_of_window(scheduler, kTestRound);
  EXPECT_EQ(silent_round, round);
  EXPECT_EQ(silent.silence, SilenceReason::duty_cycle);
  EXPECT_FALSE(silent.beacon);
}

TEST_F(SchedulerTest, DoesNotTransmitUntilRegionGainAndPositionAreKnown) {
  Result<DutyLedger> ledger = open_ledger();
  ASSERT_TRUE(ledger);
  settings_.position.reset();
  {
    Scheduler scheduler(identity_, settings_, *ledger);
    const auto [round, plan] = first_of_window(scheduler, kTestRound);
    EXPECT_EQ(plan.silence, SilenceReason::not_configured);
  }
  settings_ = test_settings();
  settings_.antenna_gain_ddbi.reset();
  {
    Scheduler scheduler(identity_, settings_, *ledger);
    EXPECT_EQ(first_of_window(scheduler, kTestRound).second.silence, SilenceReason::not_configured);
  }
  for (const bool region : {false, true}) {
    settings_ = test_settings();
    if (!region) settings_.region.reset();
    if (region) settings_.transmits = false;
    Scheduler scheduler(identity_, settings_, *ledger);
    const auto [round, plan] = first_of_window(scheduler, kTestRound);
    EXPECT_FALSE(plan.beacon);
    EXPECT_FALSE(plan.silence) << "nobody expects a slot";
  }
  EXPECT_TRUE(ledger->entries().empty());
}

}  // namespace
}  // namespace earshot::hotspot
