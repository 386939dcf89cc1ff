#include "verifier/registry_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace earshot::verifier {
namespace {

class RegistryStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "/registry-" + test->name() + ".sqlite";
    clean();
    open();
  }
  void TearDown() override {
    registry_.reset();
    clean();
  }
  void clean() const {
    for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + ending);
  }
  void open() {
    registry_.reset();
    Result<std::unique_ptr<RegistryStore>> registry = RegistryStore::open(path_, 31337);
    ASSERT_TRUE(registry) << registry.error().detail;
    registry_ = std::move(*registry);
  }

  std::string path_;
  std::unique_ptr<RegistryStore> registry_;
};

TEST_F(RegistryStoreTest, FactsSurviveReopening) {
  EXPECT_FALSE(registry_->first_epoch()->has_value());
  ASSERT_TRUE(registry_->set_first_epoch(20'000));
  ASSERT_TRUE(registry_->set_virtual_time(5));
  ASSERT_TRUE(registry_->set_virtual_time(6));
  open();
  EXPECT_EQ(**registry_->first_epoch(), 20'000U);
  EXPECT_EQ(**registry_->virtual_time(), 6);
}

TEST_F(RegistryStoreTest, AnEpochIsCommittedToOnce) {
  EntropyCommitment made{.epoch = 4,
                         .seed = {1},
                         .commitment = {2},
                         .first_round = 5760,
                         .rounds = 1440,
                         .head = 9,
                         .committed_at = 123,
                         .block_hash = {}};
  ASSERT_TRUE(registry_->add_commitment(made));
  EXPECT_FALSE(registry_->add_commitment(made));
  open();
  EXPECT_EQ(**registry_->commitment(4), made);
  made.block_hash = Hash256{7};
  ASSERT_TRUE(registry_->set_block_hash(4, Hash256{7}));
  EXPECT_EQ(**registry_->commitment(4), made);
  EXPECT_FALSE(registry_->commitment(5)->has_value());
}

TEST_F(RegistryStoreTest, ReleasedRoundsAreAllOrNone) {
  ASSERT_TRUE(registry_->release({{7, {1}, {2}}, {8, {3}, {4}}}));
  EXPECT_FALSE(registry_->release({{9, {5}, {6}}, {8, {3}, {4}}}));
  EXPECT_EQ(**registry_->last_released(), 8U);
  EXPECT_EQ(registry_->released_between(0, 100)->size(), 2U);
  EXPECT_EQ((*registry_->released(7))->entropy, Entropy{2});
  EXPECT_FALSE(registry_->released(9)->has_value());
}

TEST_F(RegistryStoreTest, AnAuditIsAnsweredOnce) {
  const AuditTask task{.report = {1}, .epoch = 3, .hotspot = {9}, .deadline = 100, .answer = {}};
  ASSERT_TRUE(registry_->add_draw(3, {55, Entropy{4}}, {task}));
  EXPECT_EQ(**registry_->draw(3), (AuditDraw{55, Entropy{4}}));
  EXPECT_EQ(registry_->open_tasks({9}, 100)->size(), 1U);
  EXPECT_TRUE(registry_->open_tasks({9}, 101)->empty());
  const AuditRecord audit{.report = {1},
                          .outcome = AuditOutcome::measured,
                          .tag = {3},
                          .receive_ps = -5,
                          .rssi_cdbm = -9'000,
                          .snr_cdb = 300,
                          .carrier_offset_dhz = -12};
  ASSERT_TRUE(registry_->answer(audit));
  ASSERT_TRUE(registry_->answer({.report = {1}, .outcome = AuditOutcome::no_beacon}));
  open();
  EXPECT_EQ((*registry_->task({1}))->answer, audit);
  EXPECT_TRUE(registry_->open_tasks({9}, 100)->empty());
  EXPECT_EQ(registry_->tasks_of_epoch(3)->size(), 1U);
  EXPECT_TRUE(registry_->tasks_of_epoch(4)->empty());
}

TEST_F(RegistryStoreTest, AnOutageMovesTheDeadlinesItCutsInto) {
  const AuditTask asked{.report = {1}, .epoch = 3, .hotspot = {9}, .deadline = 100, .answer = {}};
  AuditTask over = asked;
  over.report = {2};
  over.deadline = 50;
  ASSERT_TRUE(registry_->add_draw(3, {55, Entropy{4}}, {asked, over}, {{7, 8}}));
  ASSERT_TRUE(registry_->set_last_up(50));
  ASSERT_TRUE(registry_->add_outage({50, 80}));
  ASSERT_TRUE(registry_->add_outage({80, 81}));
  open();
  EXPECT_EQ((*registry_->task({1}))->deadline, 131);
  EXPECT_EQ((*registry_->task({2}))->deadline, 50);
  EXPECT_EQ(*registry_->outages(), (std::vector<Outage>{{50, 81}}));
  EXPECT_EQ(*registry_->outages_at_draw(3), (std::vector<Outage>{{7, 8}}));
  EXPECT_TRUE(registry_->outages_at_draw(4)->empty());
  EXPECT_EQ(**registry_->last_up(), 81);
}

TEST_F(RegistryStoreTest, SealedEpochsComeBackByteForByte) {
  CompactRange log;
  for (std::uint8_t i = 0; i < 7; ++i) log.append(Hash256{i});
  const SealedEpoch sealed{.epoch = 3,
                           .record = {0, 1, 0},
                           .seal = {},
                           .artifact = {2},
                           .policy_toml = "p",
                           .summary_json = "{}",
                           .coverage_geojson = "[]",
                           .standings = {{{1}, {2}, rewards::Tier::located}},
                           .log = log};
  EXPECT_FALSE(registry_->last_sealed()->has_value());
  ASSERT_TRUE(registry_->add_sealed(sealed));
  EXPECT_FALSE(registry_->add_sealed(sealed)) << "an epoch is sealed once";
  open();
  const SealedEpoch again = **registry_->sealed(3);
  EXPECT_EQ(again.record, sealed.record);
  EXPECT_EQ(again.seal, sealed.seal);
  EXPECT_EQ(again.artifact, sealed.artifact);
  EXPECT_EQ(again.log, log);
  ASSERT_EQ(again.standings.size(), 1U);
  EXPECT_EQ(**registry_->last_sealed(), 3U);
  EXPECT_EQ(**registry_->tier(3, {1}), rewards::Tier::located);
  EXPECT_FALSE(registry_->tier(3, {4})->has_value());
}

TEST_F(RegistryStoreTest, RefusesAnotherNetwork) {
  registry_.reset();
  const auto other = RegistryStore::open(path_, 1);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::bad_data);
}

TEST_F(RegistryStoreTest, RefusesAFileThatIsNone) {
  registry_.reset();
  clean();
  std::ofstream(path_) << std::string(8192, 'x');
  const auto broken = RegistryStore::open(path_, 31337);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::bad_data);
}

}  // namespace
}  // namespace earshot::verifier
