// Several verifiers from messages to seals and signatures, in one process.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/merkle.h"
#include "tests/doubles/open_channel.h"
#include "tests/doubles/verifier_village.h"
#include "verifier/quorum/misbehaviour.h"
#include "verifier/quorum/statement.h"

namespace earshot::verifier {
namespace {

using rewards::channels::OpenChannel;
using Village = VerifierVillage;
constexpr std::uint64_t kEpoch = Village::kEpoch;
constexpr UnixNanos kMinute = kVillageMinute;

std::map<std::string, int> reasons_of(Village& village, std::size_t verifier,
                                      std::uint64_t epoch = kEpoch) {
  const EpochRecord record = *decode_record(village.verifiers[verifier]->record(epoch));
  const Result<EpochOutcome> outcome = judge_epoch(record, village.policy);
  EXPECT_TRUE(outcome) << outcome.error().detail;
  std::map<std::string, int> reasons;
  for (const Verdict& verdict : outcome->verdicts) ++reasons[verdict.reason];
  return reasons;
}

void begin(Village& village, std::size_t hotspots = 5) {
  village.go(epoch_opening(village.policy, kEpoch) - 11 * kMinute);
  village.add_hotspots(hotspots);
  village.go(epoch_end(village.policy, kEpoch) + kMinute);
}

// Until everybody that is up has sealed the epoch and gathered signatures.
void finish(Village& village, std::uint64_t epoch = kEpoch) {
  village.go(seal_time(village.policy, epoch) + 2 * kMinute);
}

void expect_same_seals(Village& village, const std::vector<std::size_t>& verifiers,
                       std::uint64_t epoch = kEpoch) {
  for (const std::size_t v : verifiers) {
    ASSERT_TRUE(village.verifiers[v]->registry->sealed(epoch)->has_value())
        << v << ": " << village.verifiers[v]->lines.str();
    EXPECT_EQ(village.verifiers[v]->record(epoch), village.verifiers[verifiers[0]]->record(epoch));
    EXPECT_EQ(village.verifiers[v]->seal(epoch), village.verifiers[verifiers[0]]->seal(epoch));
    EXPECT_EQ(village.verifiers[v]->artifact(epoch),
              village.verifiers[verifiers[0]]->artifact(epoch));
  }
}

std::size_t signatures_at(Village& village, std::size_t verifier, std::uint64_t epoch = kEpoch) {
  return village.verifiers[verifier]->quorum->store().signatures(epoch)->size();
}

std::vector<KeptEvidence> evidence_at(Village& village, std::size_t verifier) {
  return *village.verifiers[verifier]->quorum->store().evidence();
}

TEST(Quorum, ThreeVerifiersMakeTheSameBytesAndSignThem) {
  Village village(3, 2);
  begin(village);
  village.speak(kEpoch);
  finish(village);
  expect_same_seals(village, {0, 1, 2});
  EXPECT_GT(reasons_of(village, 0)["ok"], 20);
  const EpochRecord record = *decode_record(village.verifiers[0]->record(kEpoch));
  EXPECT_EQ(record.minimum_links, 2U);
  EXPECT_EQ(record.commitments.size(), 3U);
  for (std::size_t i = 0; i < record.links.size(); ++i) {
    for (const Hash256& link : record.links[i]) EXPECT_NE(link, Hash256{}) << i;
  }
  EXPECT_FALSE(record.audits.empty());
  for (std::size_t v = 0; v < 3; ++v) {
    EXPECT_EQ(signatures_at(village, v), 3U);
    EXPECT_TRUE(evidence_at(village, v).empty());
  }
}

TEST(Quorum, OrderAndLatenessAtOneDoNotMatterAndLatenessAtMostDoes) {
  Village village(3, 2);
  begin(village, 6);
  village.learn_entropy(kEpoch);
  village.builder.fill();
  std::vector<std::pair<SignedHeader, Batch>> batches;
  for (std::size_t i = 0; i < 6; ++i) batches.push_back(village.batch_of(i));
  // 0: late at verifier 2; 1: late at two; 2: unknown to verifier 1; 3: only verifier 0 has it.
  const std::map<std::pair<std::size_t, std::size_t>, int> minutes = {
      {{0, 2}, 40}, {{1, 1}, 40}, {{1, 2}, 41}, {{2, 1}, -1}, {{3, 1}, -1}, {{3, 2}, -1}};
  const UnixNanos end = epoch_end(village.policy, kEpoch);
  for (int minute = 2; minute <= 60; ++minute) {
    village.go(end + minute * kMinute);
    for (std::size_t v = 0; v < 3; ++v) {
      for (std::size_t n = 0; n < 6; ++n) {
        const std::size_t hotspot = (n * (v + 1) + v) % (v == 1 ? 7 : 6) % 6;  // Another order.
        const auto late = minutes.find({hotspot, v});
        const int at = late == minutes.end() ? 2 : late->second;
        if (at == minute &&
            !village.verifiers[v]->store.find_header(batches[hotspot].second.header)->has_value()) {
          village.take_header(v, batches[hotspot].first);
        }
        if (minute == std::max(at, 20) && at >= 0 &&
            village.verifiers[v]->store.find_header(batches[hotspot].second.header)->has_value() &&
            !village.verifiers[v]
                 ->store.find_statement(statement_bytes(batches[hotspot].second.messages[0]))
                 ->has_value()) {
          village.take_body(v, batches[hotspot].second);
        }
      }
    }
  }
  finish(village);
  expect_same_seals(village, {0, 1, 2});
  EXPECT_NE(village.verifiers[0]->store.log_head().root,
            village.verifiers[2]->store.log_head().root);
  const EpochRecord record = *decode_record(village.verifiers[0]->record(kEpoch));
  const EpochOutcome outcome = *judge_epoch(record, village.policy);
  std::map<std::pair<PublicKey, std::string>, int> said;
  for (const Verdict& verdict : outcome.verdicts) {
    if (verdict.type != MessageType::onboarding) ++said[{verdict.hotspot, verdict.reason}];
  }
  const auto count = [&](std::size_t hotspot, const std::string& reason) {
    return said[{village.builder.hotspot(hotspot).key.public_key, reason}];
  };
  EXPECT_EQ(count(0, "late"), 0);
  EXPECT_GT(count(1, "late"), 5);
  EXPECT_EQ(count(2, "late"), 0);
  for (const LoggedMessage& logged : record.messages) {
    EXPECT_NE(signer_of(logged.message), village.builder.hotspot(3).key.public_key);
  }
}

// Rounds 5 and 6 pass while only verifier 0 is up.
void begin_with_two_rounds_of_one(Village& village) {
  const UnixNanos opening = epoch_opening(village.policy, kEpoch);
  village.go(opening - 11 * kMinute);
  village.add_hotspots(5);
  village.go(opening + 5 * kMinute - 10 * kNanosPerSecond);
  for (const std::size_t v : {1U, 2U}) village.verifiers[v]->is_down = true;
  village.go(opening + 7 * kMinute - 10 * kNanosPerSecond);
  for (const std::size_t v : {1U, 2U}) village.verifiers[v]->is_down = false;
  village.go(epoch_end(village.policy, kEpoch) + kMinute);
  village.learn_entropy(kEpoch);
  village.builder.fill();
}

// Messages of the first round, accepted and late ones.
std::pair<int, int> first_round(Village& village, std::size_t verifier) {
  const EpochRecord record = *decode_record(village.verifiers[verifier]->record(kEpoch));
  std::pair<int, int> counts;
  const EpochOutcome outcome = *judge_epoch(record, village.policy);
  for (const Verdict& verdict : outcome.verdicts) {
    const bool is_first = verdict.round == rewards::first_round_of_epoch(village.policy, kEpoch);
    if (!is_first || verdict.type == MessageType::onboarding) continue;
    ++(verdict.reason == "late" ? counts.second : counts.first);
  }
  return counts;
}

TEST(Quorum, TimeInWhichTooFewWereUpDoesNotCountForBodies) {
  Village village(3, 2);
  begin_with_two_rounds_of_one(village);
  std::vector<Batch> bodies;
  for (std::size_t hotspot = 0; hotspot < 5; ++hotspot) {
    const auto [header, body] = village.batch_of(hotspot);
    for (std::size_t v = 0; v < 3; ++v) village.take_header(v, header);
    bodies.push_back(body);
  }
  // The first round's bodies were due a minute ago, and two minutes did not count.
  const UnixNanos end = epoch_end(village.policy, kEpoch);
  village.go(end + 65 * kMinute);
  for (const Batch& body : bodies) {
    for (std::size_t v = 0; v < 3; ++v) village.take_body(v, body);
  }
  finish(village);
  expect_same_seals(village, {0, 1, 2});
  const EpochRecord record = *decode_record(village.verifiers[0]->record(kEpoch));
  const Round first = rewards::first_round_of_epoch(village.policy, kEpoch);
  EXPECT_EQ(record.outages,
            std::vector({Outage{round_opening(first + 5), round_opening(first + 7)}}));
  const auto [accepted, late] = first_round(village, 0);
  EXPECT_GT(accepted, 0);
  EXPECT_EQ(late, 0);
  EXPECT_EQ(signatures_at(village, 0), 3U);
  EpochRecord other = record;
  other.outages.clear();
  const Result<EpochOutcome> judged = judge_epoch(other, village.policy);
  ASSERT_FALSE(judged);
  EXPECT_NE(judged.error().detail.find("other outages than its links tell"), std::string::npos);
}

// Who is still up may have been shown bodies meanwhile.
TEST(Quorum, TimeInWhichTooFewWereUpCountsForHeaders) {
  Village village(3, 2);
  begin_with_two_rounds_of_one(village);
  const UnixNanos end = epoch_end(village.policy, kEpoch);
  village.go(end + 5 * kMinute);  // A minute late for the first round.
  std::vector<Batch> bodies;
  for (std::size_t hotspot = 0; hotspot < 5; ++hotspot) {
    const auto [header, body] = village.batch_of(hotspot);
    for (std::size_t v = 0; v < 3; ++v) village.take_header(v, header);
    bodies.push_back(body);
  }
  village.go(end + 20 * kMinute);
  for (const Batch& body : bodies) {
    for (std::size_t v = 0; v < 3; ++v) village.take_body(v, body);
  }
  finish(village);
  expect_same_seals(village, {0, 1, 2});
  const auto [accepted, late] = first_round(village, 0);
  EXPECT_EQ(accepted, 0);
  EXPECT_GT(late, 0);
}

// Gives `to` another closing of verifier 2, which drops its last message, signed by its own key.
Village::Wire equivocation(Village& village, std::size_t to) {
  auto contents = std::make_shared<std::map<std::string, std::string>>();
  return [&village, to, contents](std::size_t from, std::size_t asker, const std::string& path,
                                  const HttpResponse& answer) -> std::optional<HttpResponse> {
    if (from != 2 || asker != to) return answer;
    HttpResponse changed = answer;
    if (const auto known = contents->find(path); known != contents->end()) {
      changed.status = 200;
      changed.body = known->second;
    }
    if (!path.ends_with("/closing") || answer.status != 200) return changed;
    nlohmann::json notes = nlohmann::json::array();
    for (const auto& text : nlohmann::json::parse(answer.body)) {
      const Note note = *parse_note(text.get<std::string>());
      Statement statement = *parse_statement(note.text);
      const NoteSigner& signer = village.verifiers[2]->signer;
      if (statement.checkpoint.origin != signer.key.name) continue;
      const auto bytes = *village.verifiers[2]->quorum->store().content(statement.content);
      if (!bytes) continue;
      IntakeList list = *decode_intake_list(*bytes, 3);
      if (list.messages.empty()) return answer;
      list.messages.pop_back();
      const Bytes other = encode(list);
      statement.content = sha256(other);
      (*contents)["/v1/quorum/contents/" + to_hex(statement.content)] = {other.begin(),
                                                                         other.end()};
      notes.push_back(to_string(sign_statement(statement, signer)));
    }
    changed.body = notes.dump();
    return changed;
  };
}

TEST(Quorum, AnEquivocatingVerifierIsLeftOutByAllAndProvenToBe) {
  Village village(3, 2);
  village.wire = equivocation(village, 1);
  begin(village);
  village.speak(kEpoch);
  finish(village);
  expect_same_seals(village, {0, 1, 2});
  EXPECT_GT(reasons_of(village, 0)["ok"], 20);
  for (const std::size_t v : {0U, 1U}) {
    const auto decision = **village.verifiers[v]->quorum->store().decision(kEpoch, Phase::closing);
    EXPECT_TRUE(decision[0] && decision[1]);
    EXPECT_FALSE(decision[2]);
    const auto evidence = evidence_at(village, v);
    ASSERT_EQ(evidence.size(), 1U);
    const Result<Misbehaviour> proven = check_misbehaviour(evidence[0].json);
    ASSERT_TRUE(proven) << proven.error().detail;
    EXPECT_EQ(proven->who, village.verifiers[2]->signer.key.to_string());
    EXPECT_NE(proven->explanation.find("two things in the phase closing"), std::string::npos);
  }
  EXPECT_EQ(signatures_at(village, 0), 3U);
}

TEST(Quorum, ASignatureOnAnotherRootIsProvenAndTheOthersSettle) {
  Village village(3, 2);
  village.on_sign = [](std::size_t i, rewards::chain::Epoch& epoch) {
    if (i == 1) epoch.rewards_root[0] ^= 1;
  };
  begin(village);
  village.speak(kEpoch);
  finish(village);
  expect_same_seals(village, {0, 1, 2});
  for (const std::size_t v : {0U, 2U}) {
    EXPECT_EQ(signatures_at(village, v), 2U);
    ASSERT_EQ(evidence_at(village, v).size(), 1U);
    const Result<Misbehaviour> proven = check_misbehaviour(evidence_at(village, v)[0].json);
    ASSERT_TRUE(proven) << proven.error().detail;
    EXPECT_EQ(proven->who, "0x" + to_hex(village.verifiers[1]->account.address));
    ASSERT_TRUE(proven->signature);
    const rewards::Artifact artifact =
        *rewards::decode_artifact(village.verifiers[0]->artifact(kEpoch));
    EXPECT_NE(proven->signature->epoch, rewards::chain::epoch_of(artifact, 1));
  }
}

TEST(Quorum, WithholdingLinksStatementsOrSignaturesStopsNothing) {
  Village village(3, 2);
  village.wire = [](std::size_t from, std::size_t, const std::string& path,
                    const HttpResponse& answer) -> std::optional<HttpResponse> {
    const bool is_withheld =
        from == 0 && (path.find("/links/") != path.npos || path.ends_with("/audits") ||
                      path.find("/signatures/") != path.npos);
    return is_withheld ? std::nullopt : std::optional(answer);
  };
  begin(village);
  village.learn_entropy(kEpoch, 1);
  village.speak(kEpoch);
  finish(village);
  expect_same_seals(village, {1, 2});
  EXPECT_EQ(signatures_at(village, 1), 2U);
  const EpochRecord record = *decode_record(village.verifiers[1]->record(kEpoch));
  for (const auto& row : record.links) {
    EXPECT_EQ(row[0], Hash256{});
    EXPECT_NE(row[1], Hash256{});
    EXPECT_NE(row[2], Hash256{});
  }
  const auto paid = judge_epoch(record, village.policy)->rewards.verifiers;
  ASSERT_EQ(paid.size(), 3U);
  EXPECT_TRUE(paid[0].amount == 0);
  EXPECT_EQ(paid[1].links, village.policy.epoch_rounds);
  EXPECT_TRUE(paid[1].amount > 0 && paid[1].amount == paid[2].amount);
  EXPECT_EQ(paid[1].account, village.verifiers[1]->account.address);
  const std::string lines = village.verifiers[1]->lines.str();
  EXPECT_NE(lines.find("links of " + village.verifiers[0]->signer.key.name + ": none in time"),
            lines.npos)
      << lines;
}

TEST(Quorum, AVerifierThatWasDownAdoptsWhatTheOthersSigned) {
  Village village(3, 2);
  begin(village);
  village.speak(kEpoch);
  village.verifiers[2]->is_down = true;
  finish(village);
  expect_same_seals(village, {0, 1});
  village.verifiers[2]->is_down = false;
  village.verifiers[2]->was_down = true;
  village.go(seal_time(village.policy, kEpoch) + 10 * kMinute);
  expect_same_seals(village, {0, 1, 2});
  EXPECT_NE(village.verifiers[2]->lines.str().find("adopted"), std::string::npos);
  village.go(seal_time(village.policy, kEpoch) + 3 * 3600 * kNanosPerSecond);
  const std::uint64_t last = **village.verifiers[2]->registry->last_sealed();
  EXPECT_GT(last, kEpoch + 5);
  expect_same_seals(village, {0, 1, 2}, last);
}

TEST(Quorum, ASnippetBroughtToOneIsMeasuredByAll) {
  Village village(3, 2);
  begin(village);
  Bytes noise;
  for (std::uint8_t i = 0; noise.size() < 30'000; ++i) {
    const Hash256 more = sha256(ByteView(noise));
    noise.insert(noise.end(), more.begin(), more.end());
  }
  noise.resize(30'000);  // As the builder's reports say.
  village.speak(kEpoch, [&](Message& message) {
    if (auto* report = std::get_if<WitnessReport>(&message)) {
      report->evidence_root = merkle_root_of_chunks(noise, kEvidenceChunkBytes);
    }
  });
  village.go(epoch_end(village.policy, kEpoch) + 79 * kMinute);
  Village::Verifier& first = *village.verifiers[0];
  const std::vector<AuditTask> tasks = *first.registry->tasks_of_epoch(kEpoch);
  ASSERT_FALSE(tasks.empty());
  for (const AuditTask& task : tasks) {
    const std::vector<EvidenceChunk> chunks = cut_evidence(noise);
    const EvidenceReceipt receipt = first.evidence->take(
        task.report, encode(std::span<const EvidenceChunk>(chunks)), first.clock.now());
    EXPECT_EQ(receipt.status, EvidenceStatus::accepted) << receipt.detail;
  }
  finish(village);
  expect_same_seals(village, {0, 1, 2});
  const EpochRecord record = *decode_record(first.record(kEpoch));
  ASSERT_EQ(record.audits.size(), tasks.size());
  for (const AuditRecord& audit : record.audits) {
    EXPECT_EQ(audit.outcome, AuditOutcome::no_beacon);
  }
}

// Three verifiers that settle channels of one payer, each with ends of its own.
class QuorumChannels : public ::testing::Test {
 protected:
  QuorumChannels() {
    rewards::channels::Book book;
    book.deposit_block = 9;
    book.reservations_needed = 2;
    for (const auto& verifier : village_.verifiers) {
      accounts_.push_back(verifier->account);
      book.verifiers.push_back(verifier->account.address);
    }
    book.deposits = {{payer_.address, 100'000}};
    for (const auto& verifier : village_.verifiers) verifier->books.deposits = book;
    begin(village_, 2);
  }
  OpenChannel open(std::size_t hotspot, std::uint64_t price) {
    return rewards::channels::open_channel({31337, kVillageContract}, payer_,
                                           village_.builder.hotspot(hotspot).key.public_key, kEpoch,
                                           price, 50, ++channels_, std::span(accounts_).first(2));
  }
  void give(std::size_t verifier, const rewards::channels::ChannelEnd& end) {
    village_.verifiers[verifier]->books.ends[kEpoch].push_back(end);
  }
  Uint128 spent_at(std::size_t verifier) {
    const auto artifact = *rewards::decode_artifact(village_.verifiers[verifier]->artifact(kEpoch));
    return artifact.debits.empty() ? Uint128{0} : artifact.debits[0].cumulative;
  }

  Village village_{3, 2, true};
  const rewards::chain::AccountKey payer_ = rewards::channels::numbered_account(21);
  std::vector<rewards::chain::AccountKey> accounts_;
  std::uint64_t channels_ = 0;
};

TEST_F(QuorumChannels, AllSettleTheLargestPreimageThatAnyWasGiven) {
  OpenChannel one = open(0, 10);
  OpenChannel two = open(1, 100);
  give(0, one.end(3));
  give(1, one.end(5));
  give(2, two.end(7));
  finish(village_);
  expect_same_seals(village_, {0, 1, 2});
  EXPECT_TRUE(spent_at(0) == 750);
  const EpochRecord record = *decode_record(village_.verifiers[0]->record(kEpoch));
  EXPECT_EQ(record.channels->ends.size(), 2U);
  EXPECT_EQ(record.channels->deposit_block, 9U);
  EXPECT_NE(judge_epoch(record, village_.policy)->seal.channel_root, Hash256{});
  EXPECT_EQ(signatures_at(village_, 0), 3U);
  EXPECT_GE(village_.verifiers[2]->books.closed, kEpoch);
}

TEST_F(QuorumChannels, OneThatLiesOrHasNoNodeChangesNothing) {
  OpenChannel one = open(0, 10);
  give(0, one.end(5));
  rewards::channels::ChannelEnd boast = one.end(5);
  boast.units = 50;
  give(1, boast);
  village_.verifiers[1]->books.deposits.deposits[0].cumulative = 1;
  finish(village_);
  expect_same_seals(village_, {0, 1, 2});
  EXPECT_TRUE(spent_at(1) == 50);
}

TEST_F(QuorumChannels, WithoutANodeOneLeavesItToTheOthersAndTwoSettleNothing) {
  OpenChannel one = open(0, 10);
  give(1, one.end(5));
  village_.verifiers[0]->books.node_is_down = true;
  finish(village_);
  expect_same_seals(village_, {0, 1, 2});
  EXPECT_TRUE(spent_at(0) == 50);
  village_.verifiers[1]->books.node_is_down = true;
  finish(village_, kEpoch + 1);
  expect_same_seals(village_, {0, 1, 2}, kEpoch + 1);
  const auto later = *decode_record(village_.verifiers[0]->record(kEpoch + 1));
  EXPECT_FALSE(later.channels);
  const auto artifact = *rewards::decode_artifact(village_.verifiers[0]->artifact(kEpoch + 1));
  EXPECT_TRUE(artifact.debits[0].cumulative == 50);
}

TEST_F(QuorumChannels, AnEquivocatingBookIsLeftOutAndProven) {
  OpenChannel one = open(0, 10);
  give(0, one.end(5));
  std::map<std::string, std::string> contents;
  village_.wire = [&](std::size_t from, std::size_t to, const std::string& path,
                      const HttpResponse& answer) -> std::optional<HttpResponse> {
    if (from != 2 || to != 1) return answer;
    HttpResponse changed = answer;
    if (const auto known = contents.find(path); known != contents.end()) {
      changed.status = 200;
      changed.body = known->second;
    }
    if (!path.ends_with("/channels") || answer.status != 200) return changed;
    nlohmann::json notes = nlohmann::json::array();
    for (const auto& text : nlohmann::json::parse(answer.body)) {
      Statement statement = *parse_statement(parse_note(text.get<std::string>())->text);
      const NoteSigner& signer = village_.verifiers[2]->signer;
      if (statement.checkpoint.origin != signer.key.name) continue;
      rewards::channels::Book book = *village_.verifiers[2]->books.book(kEpoch, 0);
      book.deposits[0].cumulative += 1;
      const Bytes other = encode(book);
      statement.content = sha256(other);
      contents["/v1/quorum/contents/" + to_hex(statement.content)] = {other.begin(), other.end()};
      notes.push_back(to_string(sign_statement(statement, signer)));
    }
    changed.body = notes.dump();
    return changed;
  };
  finish(village_);
  expect_same_seals(village_, {0, 1, 2});
  EXPECT_TRUE(spent_at(0) == 50);
  ASSERT_FALSE(evidence_at(village_, 1).empty());
  const Result<Misbehaviour> proven = check_misbehaviour(evidence_at(village_, 1)[0].json);
  ASSERT_TRUE(proven) << proven.error().detail;
  EXPECT_NE(proven->explanation.find("two things in the phase channels"), std::string::npos);
}

TEST(Quorum, ForeignQuorumsAreNotHeard) {
  Village village(3, 2);
  begin(village);
  const std::vector<KeptStatement> statements =
      *village.verifiers[0]->quorum->store().statements(kEpoch, Phase::commitment);
  ASSERT_EQ(statements.size(), 3U);
  Quorum other = village.verifiers[0]->quorum->quorum();
  const Note note = *parse_note(statements[0].note);
  EXPECT_TRUE(open_statement(note, other));
  EXPECT_EQ(open_statement(note, other)->signers.size(), 3U);
  other.step += 1;
  EXPECT_FALSE(open_statement(note, other));
}

}  // namespace
}  // namespace earshot::verifier
