// The network log from the seals to a stranger's audit of its files.
#include "verifier/log_audit.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/doubles/record_builder.h"
#include "verifier/log/checkpoint.h"
#include "verifier/network_log.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

class LogAudit : public testing::Test {
 protected:
  LogAudit() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = testing::TempDir() + "log-audit-" + test->name();
    std::filesystem::remove_all(directory_);
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.add_hotspot(0, 6'000);
    builder_.fill();
    registry_ = *RegistryStore::open(":memory:", 31337);
    seal_next();
  }
  ~LogAudit() override { std::filesystem::remove_all(directory_); }

  void seal_next() {
    record_ = builder_.build();
    const EpochOutcome outcome = *judge_epoch(record_, builder_.policy());
    const SealedEpoch sealed = publish(record_, builder_.policy(), outcome);
    ASSERT_TRUE(registry_->add_sealed(sealed));
    published_ = {.epoch = record_.epoch,
                  .source = directory_,
                  .record = sealed.record,
                  .seal = sealed.seal,
                  .artifact = sealed.artifact,
                  .policy = sealed.policy_toml,
                  .previous_seal = {},
                  .previous_artifact = {}};
    builder_.follow(outcome);
  }
  // Brings the log up to the seals and signs it.
  void publish_log() {
    const auto log = *LogDirectory::open(directory_ + "/network");
    const Result<std::uint64_t> done = NetworkLog(*log, *registry_).catch_up();
    ASSERT_TRUE(done) << done.error().detail;
    sign(log->head());
  }
  void sign(const LogHead& head) {
    std::ofstream(directory_ + "/network/checkpoint")
        << to_string(sign_checkpoint({signer_.key.name, head, {}}, signer_));
  }
  EpochAudit audit() {
    EpochAudit audit = *audit_published(published_, "");
    const Result<void> done = audit_network_log(directory_, signer_.key, audit);
    EXPECT_TRUE(done) << done.error().detail;
    EXPECT_EQ(audit.identical, audit.first_difference.empty());
    return audit;
  }
  std::string bundle() const {
    const auto size = (*registry_->sealed(record_.epoch))->log.size();
    return directory_ + "/network/tile/entries/000" +
           (size < kTileWidth ? ".p/" + std::to_string(size) : "");
  }
  std::uint64_t bundled() const {
    return std::min(kTileWidth, (*registry_->sealed(record_.epoch))->log.size());
  }
  static std::string contents(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  std::string directory_;
  RecordBuilder builder_;
  EpochRecord record_;
  std::unique_ptr<RegistryStore> registry_;
  Published published_;
  NoteSigner signer_ = *make_note_signer("example.org/network", {});
};

TEST_F(LogAudit, FindsEveryEpochsEntriesUnderTheSignedRoot) {
  publish_log();
  EpochAudit first = audit();
  EXPECT_TRUE(first.identical) << first.first_difference;
  EXPECT_TRUE(first.has_network_log);
  EXPECT_EQ(first.steps.front().name, "network log root");
  const Published older = published_;
  builder_.fill();
  seal_next();
  publish_log();
  EXPECT_TRUE(audit().identical);
  published_ = older;  // The log has grown since.
  EXPECT_TRUE(audit().identical);
}

TEST_F(LogAudit, CatchesUpSeveralEpochsAfterAnyRestart) {
  builder_.fill();
  seal_next();
  seal_next();
  const auto log = *LogDirectory::open(directory_ + "/network");
  NetworkLog network(*log, *registry_);
  EXPECT_EQ(network.catch_up().value(), 3U);
  EXPECT_EQ(network.catch_up().value(), 0U);
  EXPECT_EQ(NetworkLog(*log, *registry_).catch_up().value(), 0U);
  seal_next();
  EXPECT_EQ(NetworkLog(*log, *registry_).catch_up().value(), 1U);
  const CompactRange end = registry_->sealed(record_.epoch).value()->log;
  EXPECT_EQ(log->head(), (LogHead{end.size(), end.root()}));
}

TEST_F(LogAudit, RefusesToContinueALogOfOtherEpochs) {
  const auto log = *LogDirectory::open(directory_ + "/network");
  ASSERT_TRUE(log->append(std::vector<Bytes>{{1, 2, 3}}));
  EXPECT_EQ(NetworkLog(*log, *registry_).catch_up().error().code, Errc::bad_data);
  EXPECT_EQ(log->head().size, 1U);
}

TEST_F(LogAudit, NamesTheFirstEntryOfTheLogThatWasAltered) {
  publish_log();
  std::vector<Bytes> entries = *parse_bundle(as_bytes(contents(bundle())));
  ASSERT_EQ(entries.size(), bundled());
  entries[5][40] ^= 1;
  entries[7][50] ^= 1;
  const Bytes bytes = bundle_entries(entries);
  std::ofstream(bundle(), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  const std::string id = to_hex(ByteView(entries[5]).subspan(1, 32));
  const std::string expected = "network log entry 5 (message " + id + "): ";
  EXPECT_EQ(audit().first_difference.substr(0, expected.size()), expected);
}

TEST_F(LogAudit, NamesTheEntryThatAnAlteredRecordWouldHaveMade) {
  publish_log();
  // Another time of reception for the third message: what it says about itself, signed by nobody.
  EpochRecord altered = record_;
  altered.messages[2].body_received += 1;
  published_.record = encode(altered);
  const std::string expected =
      "network log entry " + std::to_string(record_.onboardings.size() + 2) + " (message " +
      to_hex(message_id(altered.network, altered.messages[2].message)) + "): ";
  EXPECT_EQ(audit().first_difference.substr(0, expected.size()), expected);
}

TEST_F(LogAudit, SeesALogThatIsTooShortOrOfAnotherHistory) {
  publish_log();
  const CompactRange end = registry_->sealed(record_.epoch).value()->log;
  sign({end.size(), sha256(as_bytes("other"))});
  EXPECT_TRUE(audit().first_difference.starts_with("network log checkpoint: "));
  sign(LogFrontier().head());
  EXPECT_TRUE(audit().first_difference.starts_with("network log: published 0 entries"));
}

TEST_F(LogAudit, AFolderWithoutALogSaysSo) {
  std::filesystem::create_directories(directory_);
  const EpochAudit alone = audit();
  EXPECT_TRUE(alone.identical);
  EXPECT_FALSE(alone.has_network_log);
}

TEST_F(LogAudit, RefusesACheckpointOfAnotherKey) {
  publish_log();
  EpochAudit audited = *audit_published(published_, "");
  const NoteSigner other = *make_note_signer("example.org/other", {});
  EXPECT_FALSE(audit_network_log(directory_, other.key, audited));
}

}  // namespace
}  // namespace earshot::verifier
