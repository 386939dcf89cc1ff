#include "verifier/evidence_retention.h"

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "tests/doubles/memory_store.h"
#include "tests/doubles/record_builder.h"
#include "verifier/epoch_calendar.h"

namespace earshot::verifier {
namespace {

constexpr std::uint64_t kFirst = 2'400'000;
constexpr UnixNanos kKeep = 3600 * kNanosPerSecond;

// Two epochs with one audit each, the first of them sealed.
class Retention : public testing::Test {
 protected:
  Retention() {
    EXPECT_TRUE(registry_->set_first_epoch(kFirst));
    for (std::uint8_t i = 0; i < 2; ++i) {
      const AuditTask task{
          .report = {i}, .epoch = kFirst + i, .hotspot = {9}, .deadline = 1, .answer = {}};
      EXPECT_TRUE(registry_->add_draw(kFirst + i, {7, Entropy{1}}, {task}));
      WriteSet writes;
      writes.chunks.push_back({{i}, {.index = 0, .bytes = {1, 2, 3}, .path = {}}});
      writes.mismatched_reports.push_back({i});
      EXPECT_TRUE(store_.commit(writes));
    }
    seal(kFirst);
  }
  void seal(std::uint64_t epoch) {
    SealedEpoch sealed;
    sealed.epoch = epoch;
    EXPECT_TRUE(registry_->add_sealed(sealed));
  }
  bool holds(std::uint8_t report) { return !store_.chunks({report})->empty(); }
  EvidenceRetention retention(const RetentionRules& rules) {
    return {policy_, rules, store_, *registry_, log_};
  }

  static RetentionRules after(UnixNanos keep) {
    RetentionRules rules;
    rules.keep = keep;
    return rules;
  }
  static RetentionRules following(std::function<Result<std::optional<std::uint64_t>>()> matured) {
    RetentionRules rules;
    rules.matured = std::move(matured);
    return rules;
  }

  rewards::Policy policy_ = RecordBuilder::short_policy();
  MemoryStore store_;
  std::unique_ptr<RegistryStore> registry_ = *RegistryStore::open(":memory:", 31337);
  std::ostringstream lines_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(lines_)};
  UnixNanos sealed_at_ = seal_time(policy_, kFirst);
};

TEST_F(Retention, KeepsSnippetsForItsTimeAfterTheSealAndDeletesThemThen) {
  EvidenceRetention retention = this->retention(after(kKeep));
  retention.tick(sealed_at_ + kKeep - 1);
  EXPECT_TRUE(holds(0));
  EXPECT_TRUE(*store_.has_mismatch({0}));
  retention.tick(sealed_at_ + kKeep);
  EXPECT_FALSE(holds(0));
  EXPECT_FALSE(*store_.has_mismatch({0}));
  EXPECT_EQ(**registry_->evidence_forgotten(), kFirst);
  // The other epoch is not sealed, however late it is.
  retention.tick(sealed_at_ + 1000 * kKeep);
  EXPECT_TRUE(holds(1));
  EXPECT_EQ(lines_.str().find("deleting"), std::string::npos) << lines_.str();
}

TEST_F(Retention, FollowsTheChainWhereThereIsOne) {
  std::uint64_t matured = 0;
  EvidenceRetention retention =
      this->retention(following([&] { return Result<std::optional<std::uint64_t>>(matured); }));
  retention.tick(sealed_at_ + 100 * kKeep);
  EXPECT_TRUE(holds(0));
  matured = kFirst - 1;
  retention.tick(sealed_at_ + 100 * kKeep);
  EXPECT_TRUE(holds(0));
  matured = kFirst + 1;  // The second is not sealed here.
  retention.tick(sealed_at_ + 100 * kKeep);
  EXPECT_FALSE(holds(0));
  EXPECT_TRUE(holds(1));
  seal(kFirst + 1);
  retention.tick(sealed_at_ + 100 * kKeep);
  EXPECT_FALSE(holds(1));
}

TEST_F(Retention, DeletesNothingWhileTheNodeDoesNotAnswer) {
  EvidenceRetention retention =
      this->retention(following([]() -> Result<std::optional<std::uint64_t>> {
        return fail(Errc::unavailable, "node does not answer");
      }));
  retention.tick(sealed_at_ + 100 * kKeep);
  retention.tick(sealed_at_ + 101 * kKeep);
  EXPECT_TRUE(holds(0));
  const std::string said = lines_.str();
  EXPECT_NE(said.find("deleting snippets: node does not answer"), std::string::npos) << said;
}

TEST_F(Retention, GoesOnWhereAFailedWriteStoppedIt) {
  EvidenceRetention retention = this->retention(after(kKeep));
  store_.fails_to_write = false;
  retention.tick(sealed_at_ + kKeep);
  EXPECT_FALSE(holds(0));
}

TEST_F(Retention, LooksOnlyOnceInItsPause) {
  int asked = 0;
  RetentionRules rules = following([&] {
    ++asked;
    return Result<std::optional<std::uint64_t>>(1);
  });
  rules.pause = 60;
  EvidenceRetention retention = this->retention(rules);
  retention.tick(1000);
  retention.tick(1059);
  EXPECT_EQ(asked, 1);
  retention.tick(1060);
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace earshot::verifier
