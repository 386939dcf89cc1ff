#include "verifier/message_retention.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "tests/doubles/memory_store.h"
#include "tests/doubles/stored_epoch.h"
#include "verifier/epoch_assembly.h"
#include "verifier/epoch_calendar.h"

namespace earshot::verifier {
namespace {

constexpr UnixNanos kKeep = 3600 * kNanosPerSecond;

// Two epochs of one village, the first of them sealed.
class MessageRetentionTest : public testing::Test {
 protected:
  MessageRetentionTest() {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.add_hotspot(0, 5'000);
    builder_.fill();
    first_ = builder_.build();
    EXPECT_FALSE(first_.messages.empty());
    EXPECT_TRUE(store_.commit(writes_of(first_)));
    EXPECT_TRUE(registry_->set_first_epoch(first_.epoch));
    builder_.follow(seal_epoch(*registry_, first_, policy_));
    builder_.fill();
    second_ = builder_.build();
    WriteSet writes = writes_of(second_);
    // Onboardings are those of the first.
    std::erase_if(writes.messages, [](const StoredMessage& stored) {
      return std::holds_alternative<Onboarding>(stored.message);
    });
    EXPECT_TRUE(store_.commit(writes));
    over_ = seal_time(policy_, first_.epoch) + kKeep;
  }
  Round end() const { return rewards::first_round_of_epoch(policy_, second_.epoch); }
  std::size_t kept_of_first() const { return store_.messages_of_rounds(0, end())->size(); }

  // One that is in no record, with its header; its id.
  Hash256 keep_late(FakeHotspot& hotspot, const Message& message, UnixNanos received,
                    const std::optional<Hash256>& contradicts = {}) {
    SigningKey& key = hotspot.key;
    const SignedHeader header =
        sign_batch(first_.network, key, ++hotspot.sequence, hotspot.previous, {&message, 1});
    const Hash256 header_of = header_id(first_.network, header.header);
    const Hash256 id = message_id(first_.network, message);
    WriteSet writes;
    writes.headers.push_back({header_of, header, received});
    writes.messages.push_back({id, message, header_of, 0, {}, received});
    if (!contradicts) writes.statements.emplace_back(statement_bytes(message), id);
    if (contradicts) writes.equivocations.push_back({*contradicts, id, {}});
    EXPECT_TRUE(store_.commit(writes));
    return id;
  }
  Batch batch_under(std::vector<LoggedMessage> from, const SignedHeader& header) const {
    Batch batch{header_id(first_.network, header.header), {}};
    std::ranges::sort(from, {}, &LoggedMessage::index);
    for (const LoggedMessage& logged : from) {
      if (logged.header == header) batch.messages.push_back(logged.message);
    }
    return batch;
  }
  Message late_message(std::size_t hotspot, std::uint8_t tag) {
    WitnessReport report;
    report.hotspot = builder_.hotspot(hotspot).key.public_key;
    report.round = rewards::first_round_of_epoch(policy_, first_.epoch);
    report.tag[0] = tag;
    report.spreading_factor = 7;
    report.bandwidth_hz = kBeaconBandwidthHz;
    report.frequency_hz = 868'100'000;
    report.evidence_rate_hz = 2 * kBeaconBandwidthHz;
    report.evidence_centre_hz = report.frequency_hz;
    return report;
  }

  RecordBuilder builder_;
  rewards::Policy policy_ = builder_.policy();
  EpochRecord first_;
  EpochRecord second_;
  MemoryStore store_;
  std::unique_ptr<RegistryStore> registry_ = *RegistryStore::open(":memory:", 31337);
  Ingest ingest_{31337, store_};
  std::ostringstream lines_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(lines_)};
  MessageRetention retention_{{policy_, store_, *registry_, ingest_, log_},
                              {.keep = kKeep, .pause = 0, .published = {}, .forget_agreement = {}}};
  UnixNanos over_ = 0;
};

TEST_F(MessageRetentionTest, PutsAwayASealedEpochAndNothingElse) {
  const auto live = *store_.messages_of_rounds(end(), end() + 1000);
  const auto onboardings = *store_.onboardings(std::nullopt);
  const LogHead log = store_.log_head();
  retention_.tick(over_ - 1);
  EXPECT_EQ(store_.first_kept(), 0U);
  EXPECT_EQ(kept_of_first(), first_.messages.size());
  retention_.tick(over_);
  EXPECT_EQ(store_.first_kept(), end());
  EXPECT_EQ(kept_of_first(), 0U);
  EXPECT_EQ(*registry_->messages_forgotten(), first_.epoch);
  EXPECT_EQ(*store_.messages_of_rounds(end(), end() + 1000), live);
  EXPECT_EQ(*store_.onboardings(std::nullopt), onboardings);
  EXPECT_EQ(store_.log_head(), log);
  EXPECT_NE(lines_.str().find("reports and notices are put away"), std::string::npos);
}

TEST_F(MessageRetentionTest, HeadersGoWithWhatTheySignAndThoseOfOnboardingsStay) {
  retention_.tick(over_);
  std::size_t gone = 0;
  for (const LoggedMessage& logged : first_.messages) {
    const BatchHeader& header = logged.header.header;
    const Hash256 id = header_id(first_.network, header);
    // What came after the epoch's end goes with the next.
    const bool is_kept = logged.header_received >= round_opening(end());
    EXPECT_EQ(store_.find_header(id)->has_value(), is_kept);
    EXPECT_EQ(store_.find_header_at(header.signer, header.sequence)->has_value(), is_kept);
    gone += is_kept ? 0 : 1;
  }
  EXPECT_GT(gone, first_.messages.size() / 2);
  for (const auto* list : {&first_.onboardings, &second_.messages}) {
    for (const LoggedMessage& logged : *list) {
      EXPECT_TRUE(store_.find_header(header_id(first_.network, logged.header.header))->has_value());
    }
  }
  EXPECT_EQ(*registry_->headers_swept(), end());
}

TEST_F(MessageRetentionTest, TheNextEpochIsJudgedAsIfNothingHadGone) {
  const EpochRecord before = *assemble_record(31337, policy_, second_.epoch, store_, *registry_);
  ASSERT_EQ(before.messages, second_.messages);
  retention_.tick(over_);
  EXPECT_EQ(*assemble_record(31337, policy_, second_.epoch, store_, *registry_), before);
}

TEST_F(MessageRetentionTest, WaitsForSnippetsAndForThePublishedLog) {
  std::uint64_t published = 0;
  MessageRetention retention(
      {policy_, store_, *registry_, ingest_, log_},
      {.keep = 0, .pause = 0, .published = [&] { return published; }, .forget_agreement = {}});
  ASSERT_TRUE(registry_->set_evidence_forgotten(first_.epoch - 1));
  published = UINT64_MAX;
  retention.tick(over_);
  EXPECT_EQ(store_.first_kept(), 0U) << "its root has not matured";
  ASSERT_TRUE(registry_->set_evidence_forgotten(first_.epoch));
  published = second_.log.size() - 1;
  retention.tick(over_);
  EXPECT_EQ(store_.first_kept(), 0U) << "an entry of it is not published";
  published = second_.log.size();
  retention.tick(over_);
  EXPECT_EQ(store_.first_kept(), end());
}

TEST_F(MessageRetentionTest, NeverTouchesAnEpochThatIsNotSealed) {
  ASSERT_TRUE(registry_->set_evidence_forgotten(second_.epoch));
  retention_.tick(INT64_MAX / 2);
  EXPECT_EQ(store_.first_kept(), end());
  EXPECT_EQ(store_.messages_of_rounds(end(), end() + 1000)->size(), second_.messages.size());
}

TEST_F(MessageRetentionTest, WhatCameTooLateKeepsItsVerdict) {
  const Hash256 id = keep_late(builder_.hotspot(0), late_message(0, 1), over_ - 5);
  const auto ids = message_ids(first_);
  const auto before = late_for({ids.begin(), ids.end()}, *store_.messages_of_rounds(0, end()));
  ASSERT_EQ(before.size(), 1U);
  retention_.tick(over_);
  EXPECT_EQ(*registry_->after_seal(first_.epoch), before);
  EXPECT_EQ(before.front().id, id);
  EXPECT_EQ(after_seal_verdict(before.front()).reason, "after_seal");
}

TEST_F(MessageRetentionTest, AProofOfEquivocationStandsAloneAfterwards) {
  const Message one = late_message(0, 1);
  Message other = one;
  std::get<WitnessReport>(other).rssi_cdbm = -7777;
  const Hash256 first = keep_late(builder_.hotspot(0), one, over_ - 5);
  const Hash256 second = keep_late(builder_.hotspot(0), other, over_ - 4, first);
  retention_.tick(over_);
  const std::vector<Equivocation> proofs = *store_.equivocations();
  ASSERT_EQ(proofs.size(), 1U);
  EXPECT_EQ(proofs.front().second, second);
  Reader in(proofs.front().evidence);
  for (const Message& message : {one, other}) {
    const Result<LoggedMessage> logged =
        decode_logged_message(in.get_bytes(in.get<std::uint32_t>()));
    ASSERT_TRUE(logged) << logged.error().detail;
    EXPECT_EQ(logged->message, message);
    EXPECT_TRUE(is_signed_by_its_signer(first_.network, logged->header));
  }
  EXPECT_TRUE(in.finish("proof"));
}

TEST_F(MessageRetentionTest, AProofOfTwoHeadersKeepsBoth) {
  FakeHotspot& hotspot = builder_.hotspot(0);
  const Message message = late_message(0, 1);
  keep_late(hotspot, message, round_opening(end()) - 1);
  const SignedHeader first =
      sign_batch(first_.network, hotspot.key, hotspot.sequence, hotspot.previous, {&message, 1});
  const SignedHeader second =
      sign_batch(first_.network, hotspot.key, hotspot.sequence, Hash256{7}, {&message, 1});
  const Hash256 id = header_id(first_.network, first.header);
  ASSERT_TRUE(store_.find_header(id)->has_value());
  WriteSet writes;
  writes.equivocations.push_back({id, header_id(first_.network, second.header), encode(second)});
  ASSERT_TRUE(store_.commit(writes));
  retention_.tick(over_);
  EXPECT_FALSE(store_.find_header(id)->has_value());
  Bytes both = encode(second);
  const Bytes bytes = encode(first);
  both.insert(both.end(), bytes.begin(), bytes.end());
  EXPECT_EQ(store_.equivocations()->front().evidence, both);
}

TEST_F(MessageRetentionTest, WhatIsPutAwayIsNotTakenAgain) {
  const SignedHeader header = first_.messages.front().header;
  const Batch batch = batch_under(first_.messages, header);
  retention_.tick(over_);
  EXPECT_EQ(ingest_.take_bodies(batch, over_).status, IntakeStatus::unknown_header);
  EXPECT_EQ(ingest_.take_headers({&header, 1}, over_).status, IntakeStatus::accepted);
  const LogHead log = store_.log_head();
  const Intake again = ingest_.take_bodies(batch, over_);
  EXPECT_EQ(again.status, IntakeStatus::outdated) << again.detail;
  EXPECT_EQ(again.accepted, 0U);
  EXPECT_EQ(store_.log_head(), log);
  EXPECT_EQ(kept_of_first(), 0U);
}

TEST_F(MessageRetentionTest, WhatIsOutdatedCountsAsGoneBeforeItIsLookedThrough) {
  const SignedHeader header = first_.messages.front().header;
  const Batch batch = batch_under(first_.messages, header);
  EXPECT_EQ(ingest_.take_headers({&header, 1}, over_).status, IntakeStatus::held);
  EXPECT_EQ(ingest_.take_bodies(batch, over_).status, IntakeStatus::held);
  ingest_.keep_from(end());
  EXPECT_EQ(ingest_.take_bodies(batch, over_).status, IntakeStatus::unknown_header);
  EXPECT_EQ(ingest_.take_headers({&header, 1}, over_).status, IntakeStatus::accepted);
  EXPECT_EQ(ingest_.take_bodies(batch, over_).status, IntakeStatus::outdated);
}

TEST_F(MessageRetentionTest, OnboardingsOfAnyAgeAreTaken) {
  retention_.tick(over_);
  const SignedHeader header = first_.onboardings.front().header;
  const Batch batch = batch_under(first_.onboardings, header);
  EXPECT_EQ(ingest_.take_headers({&header, 1}, over_).status, IntakeStatus::held);
  EXPECT_EQ(ingest_.take_bodies(batch, over_).status, IntakeStatus::held);
}

TEST_F(MessageRetentionTest, KeepsAllWhenTheRecordIsDamaged) {
  SealedEpoch sealed = **registry_->sealed(first_.epoch);
  auto damaged = *RegistryStore::open(":memory:", 31337);
  EpochRecord other = first_;
  other.messages.pop_back();
  sealed.record = encode(other);
  ASSERT_TRUE(damaged->set_first_epoch(first_.epoch));
  ASSERT_TRUE(damaged->add_sealed(sealed));
  ASSERT_TRUE(damaged->set_evidence_forgotten(first_.epoch));
  MessageRetention retention({policy_, store_, *damaged, ingest_, log_}, {});
  retention.tick(over_);
  EXPECT_EQ(kept_of_first(), first_.messages.size());
  EXPECT_NE(lines_.str().find("its record is damaged"), std::string::npos) << lines_.str();
  EXPECT_EQ(ingest_.first_kept(), 0U);
}

TEST_F(MessageRetentionTest, GoesOnWhereAFailedWriteStoppedIt) {
  store_.fails_to_write = true;
  retention_.tick(over_);
  EXPECT_EQ(kept_of_first(), first_.messages.size());
  store_.fails_to_write = false;
  retention_.tick(over_);
  EXPECT_EQ(kept_of_first(), 0U);
}

TEST_F(MessageRetentionTest, DoesNothingOnceItIsStopped) {
  retention_.stop();
  retention_.tick(over_);
  EXPECT_EQ(kept_of_first(), first_.messages.size());
}

}  // namespace
}  // namespace earshot::verifier
