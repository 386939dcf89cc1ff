#include "verifier/rules/noise.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

PublicKey key(std::uint8_t n) { return PublicKey{n}; }

SharedNoise shared(std::uint8_t one, std::uint8_t other, Round round) {
  return {key(one), key(other), round, Tag{static_cast<std::uint8_t>(round)}};
}

TEST(SharedNoise, GrowsByWhatIsAboveThePolicysThreshold) {
  const rewards::Policy policy;
  const std::map<Hash256, NoiseReport> reports = {{Hash256{1}, {key(9), 100, {}}},
                                                  {Hash256{2}, {key(5), 100, {}}},
                                                  {Hash256{3}, {key(7), 100, {}}}};
  const std::vector<NoisePair> pairs = {{Hash256{1}, Hash256{2}, 50'001},
                                        {Hash256{1}, Hash256{3}, 50'000}};
  const auto out = shared_noise({}, pairs, reports, 200, policy);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].one, key(5));
  EXPECT_EQ(out[0].other, key(9));
}

TEST(SharedNoise, IsForgottenAfterAWeek) {
  const rewards::Policy policy;
  const std::vector<SharedNoise> before = {shared(1, 2, 100), shared(1, 2, 200)};
  const auto out = shared_noise(before, {}, {}, 200 + policy.correlated_rounds, policy);
  EXPECT_EQ(out, std::vector<SharedNoise>{before[1]});
}

TEST(NoiseRule, RefusesAPairOnTheThirdBeaconOnly) {
  const rewards::Policy policy;
  std::vector<SharedNoise> noise = {shared(1, 2, 1), shared(1, 2, 2), shared(1, 3, 3)};
  EXPECT_TRUE(judge_noise(noise, policy).empty());
  noise.push_back(shared(1, 2, 4));
  const auto refused = judge_noise(noise, policy);
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused.at(key(1)).reason, "noise_shared");
  EXPECT_EQ(refused.at(key(2)).findings[0], (Finding{"correlated_beacons", 3}));
}

// End to end: two hotspots of one antenna lose their pay, nobody else does.
class JudgeNoise : public ::testing::Test {
 protected:
  JudgeNoise() {
    for (int i = 0; i < 7; ++i) builder_.add_hotspot(5'000.0 * i, 4'000.0 * (i % 2));
    builder_.policy().audit_share_ppm = 1'000'000;
    builder_.on_noise = [this](NoisePair& pair) {
      if (twins_.contains(pair.one) && twins_.contains(pair.other)) pair.correlation_ppm = 300'000;
    };
  }
  // Everybody's beacons; the first `beacons` that both 0 and 1 heard have one noise in both.
  EpochOutcome judge(std::size_t beacons) {
    builder_.fill();
    twins_.clear();
    std::map<Tag, std::vector<Hash256>> heard;
    for (const Draft& draft : builder_.drafts()) {
      const auto* report = std::get_if<WitnessReport>(&draft.message);
      if (report == nullptr || draft.hotspot > 1) continue;
      heard[report->tag].push_back(message_id(builder_.head().network, draft.message));
    }
    for (const auto& [tag, ids] : heard) {
      if (ids.size() < 2 || twins_.size() >= 2 * beacons) continue;
      // Pairs across beacons are not correlated, so one set will do.
      twins_.insert(ids.begin(), ids.end());
    }
    const EpochRecord record = builder_.build();
    const auto outcome = judge_epoch(record, builder_.policy());
    EXPECT_TRUE(outcome) << outcome.error().detail;
    asked_ = record.audits.size();
    return *outcome;
  }
  std::map<std::string, int> reasons_of(const EpochOutcome& outcome, std::size_t hotspot) {
    std::map<std::string, int> out;
    for (const Verdict& each : outcome.verdicts) {
      if (each.type != MessageType::witness_report) continue;
      if (each.hotspot == builder_.hotspot(hotspot).key.public_key) ++out[each.reason];
    }
    return out;
  }

  RecordBuilder builder_;
  std::set<Hash256> twins_;
  std::size_t asked_ = 0;
};

TEST_F(JudgeNoise, TwoBeaconsCostNothingThreeCostBothTheirReports) {
  const EpochOutcome two = judge(2);
  EXPECT_EQ(two.history.noise.size(), 2U);
  EXPECT_EQ(reasons_of(two, 0)["noise_shared"], 0);

  builder_.follow(two);
  builder_.policy().audit_share_ppm = 0;
  const EpochOutcome third = judge(1);
  EXPECT_EQ(third.history.noise.size(), 3U);
  EXPECT_GT(asked_, 2U) << "suspects are asked about all that both heard";
  for (std::size_t hotspot = 0; hotspot < 7; ++hotspot) {
    auto reasons = reasons_of(third, hotspot);
    EXPECT_EQ(reasons["ok"] == 0, hotspot < 2) << hotspot;
    EXPECT_EQ(reasons["noise_shared"] > 0, hotspot < 2) << hotspot;
  }
}

TEST_F(JudgeNoise, RefusesARecordThatLacksAPair) {
  builder_.fill();
  EpochRecord record = builder_.build();
  ASSERT_FALSE(record.noise.empty());
  record.noise.pop_back();
  const auto outcome = judge_epoch(record, builder_.policy());
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().detail.find("pairs of snippets"), std::string::npos)
      << outcome.error().detail;
}

}  // namespace
}  // namespace earshot::verifier
