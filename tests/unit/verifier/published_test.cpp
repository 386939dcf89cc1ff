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
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.add_hotspot(0, 6'000);
    builder_.fill();
    const EpochRecord record = builder_.build();
    const EpochOutcome outcome = *judge_epoch(record, builder_.policy());
    published_ = {.epoch = record.epoch,
                  .source = "test",
                  .record = encode(record),
                  .seal = encode(outcome.seal),
                  .artifact = encode(outcome.artifact),
                  .policy = rewards::policy_to_toml(builder_.policy())};
  }
  std::string difference() const {
    const Result<EpochAudit> audit = audit_published(published_, "");
    if (!audit) return "cannot: " + audit.error().detail;
    EXPECT_EQ(audit->identical, audit->first_difference.empty());
    return audit->first_difference;
  }

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

TEST_F(PublishedEpoch, CannotBeJudgedByAnotherPolicy) {
  published_.policy.replace(published_.policy.find("short"), 5, "other");
  EXPECT_NE(difference().find("is under policy"), std::string::npos) << difference();
}

TEST_F(PublishedEpoch, CannotBeReadAsAnotherEpoch) {
  published_.epoch += 1;
  EXPECT_NE(difference().find("the record is of epoch"), std::string::npos) << difference();
}

TEST_F(PublishedEpoch, IsLoadedFromADirectory) {
  const std::string stem = testing::TempDir() + "epoch-" + std::to_string(published_.epoch);
  const auto write = [&](const std::string& ending, const auto& bytes) {
    std::ofstream file(stem + ending, std::ios::binary);
    for (const auto byte : bytes) file.put(static_cast<char>(byte));
  };
  write(".record", published_.record);
  write(".seal", published_.seal);
  write(".artifact", published_.artifact);
  write(".policy.toml", published_.policy);
  const Result<Published> loaded = load_published(testing::TempDir(), published_.epoch);
  ASSERT_TRUE(loaded) << loaded.error().detail;
  EXPECT_EQ(loaded->record, published_.record);
  EXPECT_TRUE(audit_published(*loaded, "")->identical);
  EXPECT_TRUE(audit_published(*loaded, stem + ".policy.toml")->identical);

  std::filesystem::remove(stem + ".seal");
  const Result<Published> missing = load_published(testing::TempDir(), published_.epoch);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::unavailable);
  EXPECT_NE(missing.error().detail.find(".seal: no such file"), std::string::npos);
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
