// Epochs judged end to end under the policy helium-iot.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

rewards::Policy helium_policy() {
  std::ifstream file(EARSHOT_SOURCE_DIR "/rewards/policies/helium-iot.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  rewards::Policy policy = rewards::parse_policy(text, "helium-iot.toml").value();
  // Short, so that the tests are.
  policy.epoch_rounds = 12;
  policy.sortition.window_rounds = 4;
  return policy;
}

class JudgeByHelium : public ::testing::Test {
 protected:
  static constexpr std::size_t kTransmitters = 5;

  JudgeByHelium() : builder_(helium_policy()) {
    for (std::size_t i = 0; i < kTransmitters; ++i) {
      builder_.add_hotspot(2'000.0 * static_cast<double>(i), 2'500.0 * static_cast<double>(i % 2));
    }
    listener_ = builder_.add_hotspot(2'000, 9'000, false);
  }
  EpochOutcome judge() {
    const auto outcome = judge_epoch(builder_.build(), builder_.policy());
    EXPECT_TRUE(outcome) << outcome.error().detail;
    return *outcome;
  }
  // An epoch in which everybody beacons and witnesses: after it all are established.
  EpochOutcome first_epoch() {
    builder_.fill();
    const EpochOutcome outcome = judge();
    builder_.follow(outcome);
    return outcome;
  }
  const Verdict& verdict(const EpochOutcome& outcome, const Message& message) {
    return verdict_on(outcome, message_id(builder_.head().network, message));
  }
  static std::map<std::string, int> reasons(const EpochOutcome& outcome) {
    std::map<std::string, int> out;
    for (const Verdict& each : outcome.verdicts) ++out[each.reason];
    return out;
  }

  RecordBuilder builder_;
  std::size_t listener_ = 0;
};

TEST_F(JudgeByHelium, NewcomersFailByReciprocityUntilTheyDidBoth) {
  const EpochOutcome first = first_epoch();
  EXPECT_GT(reasons(first)["gateway_no_valid_witnesses"], 0);
  EXPECT_GT(reasons(first)["gateway_no_valid_beacons"], 0);
  EXPECT_EQ(first.history.hotspots.size(), kTransmitters);
  builder_.fill();
  const EpochOutcome second = judge();
  auto counts = reasons(second);
  EXPECT_EQ(counts["gateway_no_valid_witnesses"] + counts["gateway_no_valid_beacons"], 0);
  // 15 beacons, each heard by four others that count and by one that only listens.
  EXPECT_EQ(counts["ok"], 6 + 15 + 15 * 4);
  EXPECT_EQ(counts["invalid_capability"], 15);
}

TEST_F(JudgeByHelium, PaysHeliumsSplitToTheLastBone) {
  first_epoch();
  builder_.fill();
  const EpochOutcome outcome = judge();
  const Uint128 emission = 618'340'943'683U;
  Uint128 paid = 0;
  for (const rewards::HotspotReward& reward : outcome.rewards.hotspots) {
    paid += reward.amount;
    // Four witnesses each: a unit a beacon, and a unit for each of the twelve that it heard.
    if (reward.beacon_units == 0) continue;
    EXPECT_EQ(reward.beacon_units, 3 * 10'000U);
    EXPECT_EQ(reward.witness_units, 12 * 10'000U);
    EXPECT_EQ(reward.scale, 10'000U);
    EXPECT_TRUE(reward.amount == emission * 16 / 100 / 5 + emission * 64 / 100 / 5 ||
                reward.amount == emission * 16 / 100 / 5 + emission * 64 / 100 / 5 + 1);
  }
  EXPECT_TRUE(paid <= emission * 8 / 10 && paid + 10 > emission * 8 / 10);
  EXPECT_TRUE(outcome.rewards.emitted == emission);
  EXPECT_TRUE(outcome.rewards.cumulative_total == 2 * emission);
}

TEST_F(JudgeByHelium, RefusesWhatHeliumRefusesAndLetsPassWhatItLetPass) {
  first_epoch();
  builder_.fill();
  auto& loud = std::get<WitnessReport>(builder_.report(1, 0).message);
  loud.rssi_cdbm = 0;
  auto& late = std::get<WitnessReport>(builder_.report(2, 0).message);
  late.receive_ps += 5 * kPicosPerSecond;
  auto& off = std::get<WitnessReport>(builder_.report(3, 0).message);
  off.frequency_hz += 200'000;
  // A forged level far below the truth: there is no lower bound. Nor is SNR looked at, nor timing.
  auto& weak = std::get<WitnessReport>(builder_.report(4, 0).message);
  weak.rssi_cdbm = -14'000;
  weak.snr_cdb = 3'000;
  weak.receive_ps += 1'000'000'000;
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, loud).reason, "bad_rssi");
  EXPECT_EQ(verdict(outcome, loud).rule, "helium/signal");
  EXPECT_EQ(verdict(outcome, late).reason, "too_late");
  EXPECT_EQ(verdict(outcome, off).reason, "invalid_frequency");
  EXPECT_EQ(verdict(outcome, weak).reason, "ok");
}

TEST_F(JudgeByHelium, ARefusedBeaconTakesItsWitnessesWithIt) {
  first_epoch();
  builder_.fill();
  const WitnessReport report = std::get<WitnessReport>(builder_.report(1, 0).message);
  for (Draft& draft : builder_.drafts()) {
    auto* beacon = std::get_if<BeaconReport>(&draft.message);
    if (beacon != nullptr && draft.hotspot == 0 && beacon->round == report.round) {
      beacon->frequency_hz += 200'000;
    }
  }
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, report).reason, "invalid_packet");
  EXPECT_EQ(verdict(outcome, report).rule, "helium/construction");
  EXPECT_EQ(verdict(outcome, report).findings.front().name, "refused_beacon");
}

TEST_F(JudgeByHelium, CrowdsOnlyWithThoseThatBeaconedLately) {
  first_epoch();
  // Two more in the first one's street: new, but they beacon and are heard.
  builder_.add_hotspot(30, 0);
  builder_.add_hotspot(60, 30);
  builder_.fill();
  const EpochOutcome outcome = judge();
  int crowded = 0;
  for (const rewards::HotspotReward& reward : outcome.rewards.hotspots) {
    if (reward.scale < 10'000) ++crowded;
  }
  EXPECT_EQ(crowded, 3);
}

TEST_F(JudgeByHelium, DrawsNoAudits) {
  builder_.fill();
  EXPECT_TRUE(builder_.build().audits.empty());
}

TEST_F(JudgeByHelium, TheHistoryIsInTheSealAndRefusedInAFirstEpoch) {
  const EpochOutcome first = first_epoch();
  EXPECT_EQ(first.seal.history, history_hash(first.history));
  builder_.head().previous.reset();
  builder_.head().previous_seal = {};
  builder_.head().log = {};
  const auto outcome = judge_epoch(builder_.build(), builder_.policy());
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().detail.find("history"), std::string::npos);
}

}  // namespace
}  // namespace earshot::verifier
