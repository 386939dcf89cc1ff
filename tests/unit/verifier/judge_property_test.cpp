// What has to hold for every epoch, over generated worlds: a failure names its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <thread>

#include "tests/doubles/record_builder.h"
#include "verifier/explain.h"

namespace earshot::verifier {
namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t count) { return random() % count; }

// Changes one draft in one of many ways, some of them attacks.
void distort(RecordBuilder& builder, Random& random) {
  if (builder.drafts().empty()) return;
  Draft& draft = builder.drafts()[below(random, builder.drafts().size())];
  auto* report = std::get_if<WitnessReport>(&draft.message);
  auto* beacon = std::get_if<BeaconReport>(&draft.message);
  switch (below(random, 9)) {
    case 0:
      draft.header_delay = static_cast<UnixNanos>(below(random, 7200)) * kNanosPerSecond;
      break;
    case 1:
      draft.body_delay = static_cast<UnixNanos>(below(random, 7200)) * kNanosPerSecond;
      break;
    case 2:
      if (report != nullptr) report->tag[0] ^= 1;
      break;
    case 3:
      if (report != nullptr)
        report->rssi_cdbm = static_cast<std::int32_t>(random() % 200'001) - 100'000;
      break;
    case 4:
      if (report != nullptr) report->receive_ps = static_cast<std::int64_t>(random() >> 3);
      break;
    case 5:
      if (beacon != nullptr) beacon->proof = builder.beacon(draft.hotspot, 0).proof;
      break;
    case 6:
      if (beacon != nullptr) beacon->power_cdbm += 300;
      break;
    case 7: {  // Equivocation.
      Draft other = draft;
      if (auto* second = std::get_if<WitnessReport>(&other.message)) second->snr_cdb += 1;
      builder.drafts().push_back(other);
      break;
    }
    default:
      if (beacon != nullptr) {
        draft.message = SilenceNotice{beacon->hotspot, beacon->round, SilenceReason::duty_cycle};
      }
  }
}

RecordBuilder world_of(std::uint64_t seed, Random& random) {
  rewards::Policy policy = RecordBuilder::short_policy();
  policy.epoch_rounds = 6;
  policy.sortition.window_rounds = 3;
  policy.audit_share_ppm = static_cast<std::uint32_t>(below(random, 1'000'001));
  RecordBuilder builder(policy, seed);
  const std::size_t hotspots = 1 + below(random, 6);
  for (std::size_t i = 0; i < hotspots; ++i) {
    const auto east = static_cast<double>(below(random, 12'000));
    const auto north = static_cast<double>(below(random, 12'000));
    const std::size_t hotspot = builder.add_hotspot(east, north, below(random, 4) != 0);
    Onboarding& onboarding = builder.hotspot(hotspot).onboarding;
    if (below(random, 6) == 0) builder.hotspot(hotspot).owner = builder.hotspot(0).owner;
    if (below(random, 6) == 0) onboarding.position.y_mm += 2'000'000;
    if (below(random, 8) == 0) onboarding.clock = ClockClass::network;
  }
  builder.fill();
  const std::size_t distortions = below(random, 6);
  for (std::size_t i = 0; i < distortions; ++i) distort(builder, random);
  const std::uint64_t luck = random();
  builder.on_audit = [luck](AuditRecord& audit) {
    const std::uint64_t dice = luck ^ audit.report[0];
    if (dice % 5 == 0) audit.outcome = static_cast<AuditOutcome>(1 + dice / 5 % 4);
    if (dice % 7 == 0) audit.snr_cdb += 200;
  };
  return builder;
}

Uint128 sum_of(const std::vector<rewards::AccountTotal>& accounts) {
  Uint128 sum = 0;
  for (const rewards::AccountTotal& total : accounts) sum += total.cumulative;
  return sum;
}

// No hotspot is paid for more reports than it has accepted ones, and none without a place.
void expect_paid_once(const EpochOutcome& outcome, std::uint64_t seed) {
  for (const rewards::HotspotReward& hotspot : outcome.rewards.hotspots) {
    std::uint64_t beacons = 0;
    std::uint64_t reports = 0;
    for (const Verdict& verdict : outcome.verdicts) {
      if (verdict.hotspot != hotspot.hotspot || verdict.decision != Decision::accepted) continue;
      beacons += verdict.type == MessageType::beacon_report ? 1 : 0;
      reports += verdict.type == MessageType::witness_report ? 1 : 0;
    }
    constexpr std::uint64_t kMostUnits = 20'000;  // HIP-15: two units, in 10^-4.
    EXPECT_LE(hotspot.beacon_units, beacons * kMostUnits) << seed;
    EXPECT_LE(hotspot.witness_units, reports * kMostUnits) << seed;
    EXPECT_TRUE(hotspot.tier != rewards::Tier::unproven || hotspot.amount == 0) << seed;
  }
}

TEST(JudgeProperty, HoldsForFiveHundredWorlds) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed);
    RecordBuilder builder = world_of(seed, random);
    const EpochRecord record = builder.build();
    const Result<EpochOutcome> outcome = judge_epoch(record, builder.policy());
    ASSERT_TRUE(outcome) << "seed " << seed << ": " << outcome.error().detail;
    EXPECT_EQ(outcome->verdicts.size(), record.onboardings.size() + record.messages.size());
    EXPECT_EQ(sum_of(outcome->rewards.accounts), outcome->rewards.emitted) << seed;
    expect_paid_once(*outcome, seed);
    for (const Verdict& verdict : outcome->verdicts) {
      EXPECT_NE(find_reason(verdict.reason), nullptr) << seed << " " << verdict.reason;
    }
  }
}

TEST(JudgeProperty, TheOrderOfArrivalChangesNoByte) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    RecordBuilder builder = world_of(seed, random);
    EpochRecord record = builder.build();
    const Bytes bytes = encode(record);
    const Result<EpochOutcome> outcome = judge_epoch(record, builder.policy());
    ASSERT_TRUE(outcome) << seed;
    std::ranges::shuffle(record.messages, random);
    std::ranges::shuffle(record.onboardings, random);
    std::ranges::shuffle(record.audits, random);
    canonicalize(record);
    ASSERT_EQ(encode(record), bytes) << seed;
    const Result<EpochOutcome> again = judge_epoch(record, builder.policy());
    ASSERT_TRUE(again) << seed;
    EXPECT_EQ(encode(again->seal), encode(outcome->seal));
    EXPECT_EQ(encode(again->artifact), encode(outcome->artifact));
    EXPECT_EQ(again->verdicts, outcome->verdicts);
  }
}

// Deals shards to threads in turn.
auto dealt_to(std::size_t threads) {
  return [threads](std::size_t shards, const std::function<void(std::size_t)>& work) {
    std::vector<std::thread> running;
    for (std::size_t thread = 0; thread < threads; ++thread) {
      running.emplace_back([=, &work] {
        for (std::size_t shard = thread; shard < shards; shard += threads) work(shard);
      });
    }
    for (std::thread& each : running) each.join();
  };
}

TEST(JudgeProperty, NeitherShardsNorThreadsChangeAByteWhateverTheOrderOfArrival) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Random random(seed);
    RecordBuilder builder = world_of(seed, random);
    EpochRecord record = builder.build();
    const Result<EpochOutcome> outcome = judge_epoch(record, builder.policy());
    ASSERT_TRUE(outcome) << seed;
    for (const unsigned shards : {1U, 2U, 7U}) {
      for (const unsigned threads : {1U, 2U}) {
        std::ranges::shuffle(record.messages, random);
        canonicalize(record);
        const Result<EpochOutcome> again =
            judge_epoch(record, builder.policy(), {shards, dealt_to(threads)});
        ASSERT_TRUE(again) << seed;
        EXPECT_EQ(encode(again->seal), encode(outcome->seal)) << seed << " " << shards;
        EXPECT_EQ(encode(again->artifact), encode(outcome->artifact)) << seed << " " << shards;
        EXPECT_EQ(again->verdicts, outcome->verdicts) << seed << " " << shards;
      }
    }
  }
}

TEST(JudgeProperty, ARecordThatWasReadBackIsJudgedTheSame) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    RecordBuilder builder = world_of(seed, random);
    const EpochRecord record = builder.build();
    const Result<EpochRecord> read = decode_record(encode(record));
    ASSERT_TRUE(read) << seed << ": " << read.error().detail;
    ASSERT_EQ(*read, record) << seed;
    EXPECT_EQ(encode(judge_epoch(*read, builder.policy())->seal),
              encode(judge_epoch(record, builder.policy())->seal));
  }
}

TEST(JudgeProperty, AFlippedBitInARecordIsNoticed) {
  Random random(7);
  RecordBuilder builder(RecordBuilder::short_policy(), 7);
  for (int i = 0; i < 4; ++i) builder.add_hotspot(i * 3'000.0, i * 1'000.0);
  builder.fill();
  const EpochRecord record = builder.build();
  const Bytes bytes = encode(record);
  const Bytes seal = encode(judge_epoch(record, builder.policy())->seal);
  for (int i = 0; i < 120; ++i) {
    Bytes flipped = bytes;
    flipped[below(random, flipped.size())] ^= static_cast<std::uint8_t>(1U << below(random, 8));
    const Result<EpochRecord> read = decode_record(flipped);
    if (!read) continue;
    const Result<EpochOutcome> outcome = judge_epoch(*read, builder.policy());
    if (!outcome) continue;
    EXPECT_NE(encode(outcome->seal), seal) << i;
  }
}

}  // namespace
}  // namespace earshot::verifier
