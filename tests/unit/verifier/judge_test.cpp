#include "verifier/judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/merkle.h"
#include "tests/doubles/open_channel.h"
#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

using rewards::Tier;

// Six transmitters of six owners around a place, all in range of each other, and two receivers.
class Judge : public testing::Test {
 protected:
  Judge() {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.add_hotspot(0, 6'000);
    builder_.add_hotspot(-4'000, 1'000);
    builder_.add_hotspot(1'000, -5'500);
    builder_.add_hotspot(4'500, 4'000);
    builder_.add_hotspot(2'000, 2'500, false);
    builder_.add_hotspot(-2'000, 3'000, false);
  }
  static constexpr std::size_t kTransmitters = 6;

  EpochOutcome judge(const EpochRecord& record) {
    Result<EpochOutcome> outcome = judge_epoch(record, builder_.policy());
    if (!outcome) {
      ADD_FAILURE() << outcome.error().detail;
      return {};
    }
    return *std::move(outcome);
  }
  EpochOutcome judge() { return judge(record_ = builder_.build()); }

  std::map<std::string, int> reasons(const EpochOutcome& outcome) const {
    std::map<std::string, int> count;
    for (const Verdict& verdict : outcome.verdicts) ++count[verdict.reason];
    return count;
  }
  const Verdict& verdict(const EpochOutcome& outcome, const Message& message) {
    return verdict_on(outcome, message_id(record_.network, message));
  }
  rewards::HotspotReward reward(const EpochOutcome& outcome, std::size_t hotspot) {
    const PublicKey& key = builder_.hotspot(hotspot).key.public_key;
    for (const rewards::HotspotReward& each : outcome.rewards.hotspots) {
      if (each.hotspot == key) return each;
    }
    ADD_FAILURE() << "no reward line";
    return {};
  }
  Tier tier(const EpochOutcome& outcome, std::size_t hotspot) {
    return reward(outcome, hotspot).tier;
  }

  RecordBuilder builder_;
  EpochRecord record_;
};

TEST_F(Judge, LocatesAndPaysAnHonestTown) {
  builder_.fill();
  const EpochOutcome outcome = judge();
  EXPECT_EQ(reasons(outcome), (std::map<std::string, int>{{"ok", 8 + 18 + 18 * 7}}));
  for (std::size_t i = 0; i < kTransmitters; ++i) {
    EXPECT_EQ(tier(outcome, i), Tier::located) << i;
    EXPECT_GT(reward(outcome, i).amount, 0U);
  }
  EXPECT_EQ(tier(outcome, 6), Tier::listener);
  EXPECT_EQ(tier(outcome, 7), Tier::listener);
}

TEST_F(Judge, SaysOneThingAboutEveryMessage) {
  builder_.fill();
  const EpochOutcome outcome = judge();
  ASSERT_EQ(outcome.verdicts.size(), record_.onboardings.size() + record_.messages.size());
  EXPECT_EQ(outcome.verdicts[0].type, MessageType::onboarding);
  EXPECT_EQ(outcome.verdicts[8].message, message_id(record_.network, record_.messages[0].message));
}

TEST_F(Judge, PaysExactlyTheEmission) {
  builder_.fill();
  const EpochOutcome outcome = judge();
  Uint128 sum = 0;
  for (const rewards::AccountTotal& total : outcome.rewards.accounts) sum += total.cumulative;
  EXPECT_EQ(sum, outcome.rewards.emitted);
  EXPECT_EQ(sum, Uint128{20'000} * 1'000'000'000'000'000'000U);
}

TEST_F(Judge, SealsWhatItFound) {
  builder_.fill();
  const EpochOutcome outcome = judge();
  const Seal& seal = outcome.seal;
  EXPECT_EQ(seal.message_count, record_.messages.size());
  EXPECT_EQ(record_.log.size(), 0U);
  EXPECT_EQ(seal.log_size,
            2 * outcome.verdicts.size() + record_.audits.size() + record_.noise.size());
  std::vector<Hash256> leaves;
  for (const Bytes& leaf : network_log(record_, outcome.verdicts)) {
    leaves.push_back(merkle_leaf(leaf));
  }
  EXPECT_EQ(seal.log_root, merkle_root(leaves));
  EXPECT_EQ(seal.artifact, sha256(encode(outcome.artifact)));
  EXPECT_EQ(seal.rewards_root, rewards::rewards_root(outcome.artifact));
  EXPECT_EQ(outcome.artifact.log_root, seal.log_root);
}

TEST_F(Judge, PaysForTrafficWhatPayersOwe) {
  builder_.fill();
  record_ = builder_.build();
  const rewards::chain::ContractDomain domain{record_.network, EvmAddress{0xCC}};
  const std::vector<rewards::chain::AccountKey> keys = {rewards::channels::numbered_account(1)};
  const rewards::chain::AccountKey payer = rewards::channels::numbered_account(9);
  rewards::channels::OpenChannel channel = rewards::channels::open_channel(
      domain, payer, builder_.hotspot(0).key.public_key, record_.epoch, 5, 100, 1, keys);
  record_.channels = rewards::channels::Book{.contract = domain.contract,
                                             .deposit_block = 77,
                                             .reservations_needed = 1,
                                             .verifiers = {keys[0].address},
                                             .deposits = {{payer.address, 1'000}},
                                             .ends = {channel.end(40)}};
  EXPECT_EQ(decode_record(encode(record_)).value(), record_);
  EpochRecord plain = record_;
  plain.channels.reset();
  const EpochOutcome without = judge(plain);
  const EpochOutcome outcome = judge(record_);
  EXPECT_TRUE(outcome.rewards.fees == 200);
  EXPECT_TRUE(outcome.artifact.cumulative_total == without.artifact.cumulative_total + 200);
  EXPECT_TRUE(outcome.artifact.cumulative_data == 200);
  ASSERT_EQ(outcome.artifact.debits.size(), 1U);
  EXPECT_TRUE(outcome.artifact.debits[0].cumulative == 200);
  EXPECT_EQ(outcome.seal.deposit_block, 77U);
  EXPECT_NE(outcome.seal.channel_root, without.seal.channel_root);
  EXPECT_EQ(outcome.seal.log_size, without.seal.log_size + 1);
}

TEST_F(Judge, PaysNothingForAReplayedBeaconToAnybody) {
  builder_.fill();
  const BeaconReport first = builder_.beacon(0, 0);
  BeaconReport replayed = builder_.beacon(0, 1);
  const BeaconReport honest = replayed;
  replayed.proof = first.proof;
  for (Draft& draft : builder_.drafts()) {
    if (draft.message == Message(honest)) draft.message = replayed;
    // What went on the air was the old frame: that is what the others heard.
    auto* report = std::get_if<WitnessReport>(&draft.message);
    if (report != nullptr && report->tag == builder_.tag_of(0, honest)) {
      report->tag = builder_.tag_of(0, first);
    }
  }
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, replayed).reason, "replayed_beacon");
  EXPECT_EQ(verdict(outcome, replayed).rule, "slot");
  EXPECT_EQ(reasons(outcome)["replayed_tag"], 7);
  EXPECT_EQ(reward(outcome, 0).beacon_units, reward(outcome, 1).beacon_units * 2 / 3);
  EXPECT_EQ(tier(outcome, 0), Tier::located);
}

TEST_F(Judge, RefusesTagsThatNobodySent) {
  builder_.fill();
  auto& report = std::get<WitnessReport>(builder_.report(1, 0).message);
  report.tag[3] ^= 1;
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, report).reason, "unknown_tag");
}

TEST_F(Judge, TellsWitnessesThatTheirBeaconWasLate) {
  builder_.fill();
  const BeaconReport beacon = builder_.beacon(0, 0);
  for (Draft& draft : builder_.drafts()) {
    if (draft.message == Message(beacon)) draft.header_delay = 3600 * kNanosPerSecond;
  }
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, beacon).decision, Decision::late);
  EXPECT_EQ(reasons(outcome)["beacon_rejected"], 7);
}

TEST_F(Judge, VoidsBothOfTwoReportsUnderOneKey) {
  builder_.fill();
  const WitnessReport one = std::get<WitnessReport>(builder_.report(1, 0).message);
  WitnessReport other = one;
  other.rssi_cdbm += 100;
  other.snr_cdb += 100;
  builder_.drafts().push_back({.hotspot = 1, .message = other});
  const EpochOutcome outcome = judge();
  for (const WitnessReport& report : {one, other}) {
    EXPECT_EQ(verdict(outcome, report).reason, "equivocation");
    EXPECT_EQ(verdict(outcome, report).decision, Decision::void_);
  }
}

TEST_F(Judge, VoidsABeaconAndTheNoticeThatDeniesIt) {
  builder_.fill();
  const BeaconReport beacon = builder_.beacon(0, 0);
  const SilenceNotice notice{beacon.hotspot, beacon.round, SilenceReason::duty_cycle};
  builder_.drafts().push_back({.hotspot = 0, .message = notice});
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, beacon).reason, "equivocation");
  EXPECT_EQ(verdict(outcome, notice).reason, "equivocation");
}

TEST_F(Judge, IgnoresASecondReportThatIsLate) {
  builder_.fill();
  const WitnessReport one = std::get<WitnessReport>(builder_.report(1, 0).message);
  WitnessReport other = one;
  other.rssi_cdbm += 100;
  builder_.drafts().push_back(
      {.hotspot = 1, .message = other, .body_delay = 3600 * kNanosPerSecond});
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, one).reason, "ok");
  EXPECT_EQ(verdict(outcome, other).reason, "late");
}

TEST_F(Judge, VoidsBatchesWhoseHeadersShareASequence) {
  builder_.fill();
  EpochRecord record = builder_.build();
  const PublicKey& key = builder_.hotspot(1).key.public_key;
  std::vector<std::uint64_t> sequences;
  for (const LoggedMessage& logged : record.messages) {
    if (logged.header.header.signer == key) {
      sequences.push_back(logged.header.header.sequence);
    }
  }
  const std::uint64_t lowest = *std::ranges::min_element(sequences);
  int forked = 0;
  for (LoggedMessage& logged : record.messages) {
    BatchHeader& header = logged.header.header;
    if (header.signer != key || header.sequence > lowest + 1) continue;
    header.sequence = lowest;
    logged.header.signature = sign(builder_.hotspot(1).key, header_id(record.network, header));
    ++forked;
  }
  builder_.draw(record);
  EXPECT_EQ(reasons(judge(record))["header_equivocation"], forked);
}

TEST_F(Judge, PaysNothingToALiarAboutItsPlaceAndTakesNothingElseFromItsWitnesses) {
  builder_.hotspot(0).onboarding.position.y_mm += 3'000'000;
  builder_.fill();
  const EpochOutcome outcome = judge();
  EXPECT_EQ(tier(outcome, 0), Tier::unproven);
  EXPECT_EQ(reward(outcome, 0).amount, 0U);
  for (std::size_t i = 1; i < kTransmitters; ++i) {
    EXPECT_EQ(tier(outcome, i), Tier::located) << i;
  }
  for (const Verdict& verdict : outcome.verdicts) {
    if (verdict.reason == "ok" || verdict.type != MessageType::witness_report) continue;
    EXPECT_TRUE(verdict.reason == "timing_mismatch" || verdict.reason == "rssi_above_free_space")
        << verdict.reason;
  }
}

TEST_F(Judge, PaysNoWitnessOfABeaconFromNowhere) {
  // Heard by one owner only: not even plausible.
  const BeaconReport beacon = builder_.beacon(0, 0);
  const WitnessReport report = builder_.heard(1, 0, beacon);
  builder_.drafts().push_back({.hotspot = 0, .message = beacon});
  builder_.drafts().push_back({.hotspot = 1, .message = report});
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, report).reason, "ok");
  EXPECT_EQ(reward(outcome, 1).witness_units, 0U);
  EXPECT_EQ(reward(outcome, 0).beacon_units, 0U);
}

TEST_F(Judge, DoesNotPayAReportThatItsEvidenceContradicts) {
  builder_.policy().audit_share_ppm = 1'000'000;
  builder_.fill();
  Draft& forged = builder_.report(1, 0);
  auto& report = std::get<WitnessReport>(forged.message);
  report.rssi_cdbm += 200;
  report.snr_cdb += 200;
  const Hash256 id = message_id(builder_.head().network, report);
  builder_.on_audit = [id](AuditRecord& audit) {
    if (audit.report != id) return;
    audit.rssi_cdbm -= 200;
    audit.snr_cdb -= 200;
  };
  const EpochOutcome outcome = judge();
  EXPECT_EQ(verdict(outcome, report).reason, "evidence_power_mismatch");
  EXPECT_EQ(verdict(outcome, report).rule, "evidence");
  EXPECT_EQ(reasons(outcome)["ok"], 8 + 18 + 18 * 7 - 1);
}

TEST_F(Judge, DrawsWholeBeaconsAndOneReportOfEachListener) {
  builder_.fill();
  const EpochRecord record = builder_.build();
  // One of 18 beacons (2 %, rounded up), heard by seven, both listeners among them.
  EXPECT_EQ(record.audits.size(), 7U);
  std::map<Tag, int> per_beacon;
  for (const AuditRecord& audit : record.audits) ++per_beacon[audit.tag];
  EXPECT_EQ(per_beacon.size(), 1U);

  builder_.policy().audit_share_ppm = 0;
  EXPECT_EQ(builder_.build().audits.size(), 2U);
}

TEST_F(Judge, DrawsWhatLooksOdd) {
  builder_.policy().audit_share_ppm = 0;
  builder_.fill();
  auto& report = std::get<WitnessReport>(builder_.report(1, 0).message);
  report.rssi_cdbm += 3'000;  // As strong as free space allows.
  report.snr_cdb += 3'000;
  const Hash256 id = message_id(builder_.head().network, report);
  const EpochRecord record = builder_.build();
  EXPECT_TRUE(std::ranges::any_of(record.audits,
                                  [&](const AuditRecord& audit) { return audit.report == id; }));
}

TEST_F(Judge, DrawsTheSameWhateverComesLater) {
  builder_.fill();
  EpochRecord record = builder_.build();
  const std::vector<AuditRecord> drawn = record.audits;
  WitnessReport other = std::get<WitnessReport>(builder_.report(1, 0).message);
  other.rssi_cdbm -= 1;
  std::vector<LoggedMessage> late = builder_.sign(1, {other});
  late[0].body_received = round_opening(record.audit_round) + kNanosPerSecond;
  record.messages.push_back(late[0]);
  canonicalize(record);
  EXPECT_EQ(judge(record).verdicts.size(), 8 + record.messages.size());
  EXPECT_EQ(record.audits, drawn);
}

TEST_F(Judge, CarriesAccountsOnFromTheEpochBefore) {
  builder_.fill();
  const EpochOutcome before = judge();
  builder_.follow(before);
  builder_.fill();
  const EpochOutcome after = judge();
  EXPECT_EQ(after.rewards.cumulative_total, 2 * before.rewards.cumulative_total);
  EXPECT_EQ(after.artifact.previous_artifact, before.seal.artifact);
  EXPECT_EQ(after.artifact.previous_rewards_root, before.seal.rewards_root);
  EXPECT_EQ(after.seal.previous_seal, seal_hash(before.seal));
}

TEST_F(Judge, AppendsToOneLogAlsoInAQuieterEpoch) {
  builder_.fill();
  const EpochOutcome loud = judge();
  std::vector<Bytes> entries = network_log(record_, loud.verdicts);
  const std::size_t said = entries.size();
  for (int epoch = 0; epoch < 3; ++epoch) {
    const EpochOutcome before = epoch == 0 ? loud : judge();
    if (epoch > 0) {
      for (Bytes& leaf : network_log(record_, before.verdicts)) entries.push_back(std::move(leaf));
    }
    builder_.follow(before);  // Nobody says anything any more.
  }
  const EpochOutcome quiet = judge();
  const std::vector<Bytes> added = network_log(record_, quiet.verdicts);
  EXPECT_LT(added.size(), said);
  entries.insert(entries.end(), added.begin(), added.end());
  std::vector<Hash256> leaves;
  for (const Bytes& entry : entries) leaves.push_back(merkle_leaf(entry));
  EXPECT_EQ(quiet.seal.log_size, leaves.size());
  EXPECT_GT(quiet.seal.log_size, loud.seal.log_size);
  EXPECT_EQ(quiet.seal.log_root, merkle_root(leaves));
  EXPECT_EQ(quiet.log.root(), quiet.artifact.log_root);
}

class Contradiction : public Judge {
 protected:
  Contradiction() {
    builder_.fill();
    record_ = builder_.build();
  }
  std::string refusal() const {
    const Result<EpochOutcome> outcome = judge_epoch(record_, builder_.policy());
    if (outcome) return "judged";
    EXPECT_EQ(outcome.error().code, Errc::bad_data);
    return outcome.error().detail;
  }
  void expect_refusal(const std::string& part) const {
    EXPECT_NE(refusal().find(part), std::string::npos) << refusal();
  }
};

TEST_F(Contradiction, OfPolicies) {
  record_.policy[0] ^= 1;
  expect_refusal("is under policy");
}

TEST_F(Contradiction, OfEpochAndRounds) {
  record_.epoch += 1;
  expect_refusal("is not of epoch");
}

TEST_F(Contradiction, OfTimeItself) {
  record_.epoch = UINT64_MAX;
  expect_refusal("past the end of time");
}

TEST_F(Contradiction, OfOrder) {
  std::swap(record_.messages.front(), record_.messages.back());
  expect_refusal("canonical order");
}

TEST_F(Contradiction, OfLinkAndCommitment) {
  record_.links[3][0][0] ^= 1;
  expect_refusal("is not of its commitment");
}

TEST_F(Contradiction, OfLinkAndCommitmentAcrossAGap) {
  record_.links[2][0] = Hash256{};
  record_.links[3][0] = Hash256{};
  record_.audit_round = 0;
  record_.audits.clear();
  record_.noise.clear();
  EXPECT_EQ(refusal(), "judged");
  record_.links[4][0][0] ^= 1;
  expect_refusal("is not of its commitment");
}

TEST_F(Contradiction, OfLinksAndVerifiers) {
  record_.links[0].push_back({});
  expect_refusal("2 links of 1 verifiers");
  record_.links[0].pop_back();
  record_.minimum_links = 2;
  expect_refusal("asks for 2 links of 1");
}

TEST_F(Contradiction, OfAuditsAndTheirDraw) {
  const AuditRecord audit = record_.audits.front();
  record_.audits.erase(record_.audits.begin());
  expect_refusal("no audit of " + to_hex(audit.report));
  record_.audits.insert(record_.audits.begin(), audit);
  EXPECT_EQ(refusal(), "judged");
  AuditRecord extra;
  extra.report.fill(0xFF);
  record_.audits.push_back(extra);
  expect_refusal("which was not drawn");
  record_.audits.pop_back();
  record_.audit_entropy[0] ^= 1;
  EXPECT_NE(refusal(), "judged");
}

TEST_F(Contradiction, OfADrawBeforeEverythingWasIn) {
  record_.audit_round -= 2;
  expect_refusal("before the last body was due");
  record_.audit_round = 0;
  expect_refusal("nothing drew them");
}

TEST_F(Contradiction, OfTheFirstEpochAndAHistory) {
  record_.log.append(Hash256{});
  expect_refusal("continues a log of 1 leaves, but no epoch was before");
  record_.log = {};
  record_.previous_seal[0] = 1;
  expect_refusal("names a previous seal, but holds no previous artifact");
  record_.previous_seal = {};
  record_.previous = rewards::Artifact{};
  expect_refusal("holds a previous artifact, but names no previous seal");
}

TEST_F(Contradiction, OfTheLogAndThePreviousArtifact) {
  builder_.follow(*judge_epoch(record_, builder_.policy()));
  builder_.fill();
  record_ = builder_.build();
  ASSERT_EQ(refusal(), "judged");
  const EpochRecord sound = record_;
  const CompactRange& log = sound.log;

  std::vector<Hash256> edge = log.edge();
  edge.front()[7] ^= 1;
  record_.log = *CompactRange::from(log.size(), edge);
  expect_refusal(", the previous artifact has " + std::to_string(log.size()));

  record_.log.append(Hash256{});
  expect_refusal("continues a log of " + std::to_string(log.size() + 1) + " leaves");

  record_ = sound;
  record_.previous->epoch -= 1;
  expect_refusal("as the previous one of epoch");
}

TEST_F(Contradiction, ThatCannotBeSeenInTheRecordShowsInTheHashOfThePreviousArtifact) {
  const EpochOutcome before = *judge_epoch(record_, builder_.policy());
  builder_.follow(before);
  builder_.fill();
  record_ = builder_.build();
  // Another log, and an artifact that goes with it.
  record_.log = CompactRange();
  for (int i = 0; i < 5; ++i) record_.log.append(Hash256{});
  record_.previous->log_size = record_.log.size();
  record_.previous->log_root = record_.log.root();
  const Result<EpochOutcome> outcome = judge_epoch(record_, builder_.policy());
  ASSERT_TRUE(outcome) << outcome.error().detail;
  EXPECT_NE(outcome->seal.previous_artifact, before.seal.artifact);
}

TEST(SealBytes, DecodeToWhatWasEncoded) {
  Seal seal;
  seal.network = 31337;
  seal.epoch = 7;
  seal.log_root.fill(9);
  seal.message_count = 12;
  Bytes bytes = encode(seal);
  const Result<Seal> decoded = decode_seal(bytes);
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(*decoded, seal);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_seal(ByteView(bytes).first(size)));
  }
  bytes.push_back(0);
  EXPECT_FALSE(decode_seal(bytes));
}

}  // namespace
}  // namespace earshot::verifier
