#include "verifier/published.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

class PublishedEpoch : public testing::Test {
 protected:
  PublishedEpoch() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = testing::TempDir() + "published-" + test->name();
    std::filesystem::create_directories(directory_);
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.add_hotspot(0, 6'000);
    builder_.fill();
    published_ = publish_next();
  }
  ~PublishedEpoch() override { std::filesystem::remove_all(directory_); }
  // What the builder holds, judged; then it turns to the next epoch.
  Published publish_next() {
    const EpochRecord record = builder_.build();
    const EpochOutcome outcome = *judge_epoch(record, builder_.policy());
    builder_.follow(outcome);
    return {.epoch = record.epoch,
            .source = "test",
            .record = encode(record),
            .seal = encode(outcome.seal),
            .artifact = encode(outcome.artifact),
            .policy = rewards::policy_to_toml(builder_.policy()),
            .previous_seal = {},
            .previous_artifact = {}};
  }
  // Turns to the next, quieter epoch, and has the one before at hand.
  void go_on() {
    Published next = publish_next();
    next.previous_seal = published_.seal;
    next.previous_artifact = published_.artifact;
    published_ = std::move(next);
  }
  void write(const Published& published) {
    const std::string stem = directory_ + "/epoch-" + std::to_string(published.epoch);
    const auto write = [&](const std::string& ending, const auto& bytes) {
      std::ofstream file(stem + ending, std::ios::binary);
      for (const auto byte : bytes) file.put(static_cast<char>(byte));
    };
    write(".record", published.record);
    write(".seal", published.seal);
    write(".artifact", published.artifact);
    write(".policy.toml", published.policy);
  }
  std::string difference() const {
    const Result<EpochAudit> audit = audit_published(published_, "");
    if (!audit) return "cannot: " + audit.error().detail;
    EXPECT_EQ(audit->identical, audit->first_difference.empty());
    return audit->first_difference;
  }

  std::string directory_;
  RecordBuilder builder_;
  Published published_;
};

TEST_F(PublishedEpoch, ComesOutIdenticalWhenJudgedAgain) {
  EXPECT_EQ(difference(), "");
  const Result<EpochAudit> audit = audit_published(published_, "");
  ASSERT_TRUE(audit);
  for (const AuditStep& step : audit->steps) {
    EXPECT_TRUE(step.same()) << step.name;
  }
}

TEST_F(PublishedEpoch, NamesTheFirstMemberOfTheSealThatDiffers) {
  Seal seal = *decode_seal(published_.seal);
  seal.trust_root[0] ^= 1;
  seal.rewards_root[0] ^= 1;
  published_.seal = encode(seal);
  EXPECT_TRUE(difference().starts_with("trust_root: published ")) << difference();
}

TEST_F(PublishedEpoch, NamesAnArtifactThatPaysOtherwise) {
  rewards::Artifact artifact = *rewards::decode_artifact(published_.artifact);
  artifact.accounts.front().cumulative += 1;
  artifact.cumulative_total += 1;
  published_.artifact = rewards::encode(artifact);
  EXPECT_TRUE(difference().starts_with("artifact file: ")) << difference();
}

TEST_F(PublishedEpoch, NamesAMessageThatWasTakenOut) {
  EpochRecord record = *decode_record(published_.record);
  std::erase_if(record.messages, [&, erased = false](const LoggedMessage& logged) mutable {
    const bool is_notice_or_beacon = type_of(logged.message) == MessageType::beacon_report;
    return is_notice_or_beacon && !std::exchange(erased, true);
  });
  builder_.draw(record);
  published_.record = encode(record);
  EXPECT_TRUE(difference().starts_with("message_root: published ")) << difference();
}

TEST_F(PublishedEpoch, GoesOnFromTheOneBefore) {
  go_on();
  const Result<EpochAudit> audit = audit_published(published_, "");
  ASSERT_TRUE(audit) << audit.error().detail;
  EXPECT_TRUE(audit->identical) << audit->first_difference;
  EXPECT_TRUE(audit->has_previous);
  published_.previous_artifact.reset();
  EXPECT_FALSE(audit_published(published_, "")->has_previous);
}

// It judges to the same bytes: only the artifact of the epoch before gives it away.
TEST_F(PublishedEpoch, NamesAHistoryThatIsNotTheOneBefore) {
  const Published first = published_;
  go_on();
  EpochRecord record = *decode_record(published_.record);
  record.log = CompactRange();
  record.log.append(Hash256{});
  record.previous->log_size = 1;
  record.previous->log_root = record.log.root();
  const EpochOutcome outcome = *judge_epoch(record, builder_.policy());
  published_.record = encode(record);
  published_.seal = encode(outcome.seal);
  published_.artifact = encode(outcome.artifact);
  EXPECT_TRUE(difference().starts_with("previous epoch's artifact: published " +
                                       to_hex(sha256(first.artifact))))
      << difference();
  published_.previous_artifact.reset();
  EXPECT_EQ(difference(), "");
}

TEST_F(PublishedEpoch, NamesALogThatBeginsAnewAfterAnEpoch) {
  Seal before = *decode_seal(published_.seal);
  before.epoch -= 1;
  published_.previous_seal = encode(before);
  EXPECT_TRUE(difference().starts_with("previous epoch's seal: ")) << difference();
}

TEST_F(PublishedEpoch, IsLoadedWithTheOneBeforeWhenThatIsThere) {
  const Published first = published_;
  go_on();
  write(published_);
  const Result<Published> alone = load_published(directory_, published_.epoch);
  ASSERT_TRUE(alone) << alone.error().detail;
  EXPECT_FALSE(alone->previous_seal);
  EXPECT_FALSE(alone->previous_artifact);
  write(first);
  const Result<Published> both = load_published(directory_, published_.epoch);
  ASSERT_TRUE(both) << both.error().detail;
  EXPECT_EQ(both->previous_seal, first.seal);
  EXPECT_EQ(both->previous_artifact, first.artifact);
  EXPECT_TRUE(audit_published(*both, "")->identical);
}

TEST_F(PublishedEpoch, CannotBeJudgedByAnotherPolicy) {
  published_.policy.replace(published_.policy.find("short"), 5, "other");
  EXPECT_NE(difference().find("is under policy"), std::string::npos) << difference();
}

TEST_F(PublishedEpoch, CannotBeReadAsAnotherEpoch) {
  published_.epoch += 1;
  EXPECT_NE(difference().find("the record is of epoch"), std::string::npos) << difference();
}

TEST_F(PublishedEpoch, IsLoadedFromADirectory) {
  const std::string stem = directory_ + "/epoch-" + std::to_string(published_.epoch);
  write(published_);
  const Result<Published> loaded = load_published(directory_, published_.epoch);
  ASSERT_TRUE(loaded) << loaded.error().detail;
  EXPECT_EQ(loaded->record, published_.record);
  EXPECT_TRUE(audit_published(*loaded, "")->identical);
  EXPECT_TRUE(audit_published(*loaded, stem + ".policy.toml")->identical);

  std::filesystem::remove(stem + ".seal");
  const Result<Published> missing = load_published(directory_, published_.epoch);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::unavailable);
  EXPECT_NE(missing.error().detail.find(".seal: cannot read: No such file"), std::string::npos);
}

TEST(LoadPublished, SaysWhichUrlDoesNotAnswer) {
  const Result<Published> loaded = load_published("http://127.0.0.1:9/", 3);
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::unavailable);
  EXPECT_TRUE(loaded.error().detail.starts_with("http://127.0.0.1:9/v1/epochs/3/record: "))
      << loaded.error().detail;
}

}  // namespace
}  // namespace earshot::verifier
