// Messages are put away, the process ends at some moment, and starts again: whatever the moment,
//
//     what is not sealed is there unchanged;
//     of what is sealed each message is in the store, in its record, or among those that came late;
//     once it ran to its end, nothing of what is over is left.
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/null_sink.h>

#include <filesystem>

#include "tests/doubles/fake_signer.h"
#include "tests/doubles/stored_epoch.h"
#include "verifier/epoch_assembly.h"
#include "verifier/epoch_calendar.h"
#include "verifier/message_retention.h"
#include "verifier/rocks_store.h"

namespace earshot::verifier {
namespace {

namespace fs = std::filesystem;

// The real store until some commits are done; then nothing is written any more, as if killed.
class MortalStore final : public MessageStore {
 public:
  MortalStore(RocksStore& store, std::size_t commits) : store_(store), left_(commits) {}
  Result<void> commit(const WriteSet& writes) override {
    if (left_ == 0) return fail(Errc::unavailable, "killed");
    --left_;
    return store_.commit(writes);
  }
  bool is_dead() const { return left_ == 0; }
  Result<std::optional<StoredHeader>> find_header(const Hash256& id) const override {
    return store_.find_header(id);
  }
  Result<std::optional<Hash256>> find_header_at(const PublicKey& signer,
                                                std::uint64_t sequence) const override {
    return store_.find_header_at(signer, sequence);
  }
  Result<std::optional<StoredMessage>> find_message(const Hash256& id) const override {
    return store_.find_message(id);
  }
  Result<std::optional<Hash256>> find_statement(const Bytes& statement) const override {
    return store_.find_statement(statement);
  }
  Result<std::vector<StoredMessage>> messages_of_rounds(Round first, Round end) const override {
    return store_.messages_of_rounds(first, end);
  }
  Result<std::vector<StoredMessage>> onboardings(
      const std::optional<PublicKey>& hotspot) const override {
    return store_.onboardings(hotspot);
  }
  Result<bool> is_registered(const PublicKey& hotspot) const override {
    return store_.is_registered(hotspot);
  }
  Result<std::vector<Equivocation>> equivocations() const override {
    return store_.equivocations();
  }
  Result<bool> has_equivocation(const Hash256& second) const override {
    return store_.has_equivocation(second);
  }
  Result<std::vector<EvidenceChunk>> chunks(const Hash256& report) const override {
    return store_.chunks(report);
  }
  Result<bool> has_mismatch(const Hash256& report) const override {
    return store_.has_mismatch(report);
  }
  Round first_kept() const override { return store_.first_kept(); }
  Result<std::vector<StoredHeader>> headers_after(const std::optional<Hash256>& after,
                                                  std::size_t most) const override {
    return store_.headers_after(after, most);
  }
  Result<void> give_back_messages(std::atomic<bool>& stopping) override {
    return store_.give_back_messages(stopping);
  }
  LogHead log_head() const override { return store_.log_head(); }
  Result<std::vector<LogEntry>> log_entries(std::uint64_t first,
                                            std::uint64_t count) const override {
    return store_.log_entries(first, count);
  }
  Result<std::vector<Hash256>> tile_hashes(int level, std::uint64_t first,
                                           std::uint64_t count) const override {
    return store_.tile_hashes(level, first, count);
  }

 private:
  RocksStore& store_;
  std::size_t left_;
};

class RetentionProperty : public testing::Test {
 protected:
  RetentionProperty() {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    open();
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    builder_.add_hotspot(0, 5'000);
    EXPECT_TRUE(registry_->set_first_epoch(builder_.head().epoch));
    for (int i = 0; i < 3; ++i) {
      builder_.fill();
      records_.push_back(builder_.build());
      WriteSet writes = writes_of(records_.back());
      if (i > 0) {
        std::erase_if(writes.messages, [](const StoredMessage& stored) {
          return std::holds_alternative<Onboarding>(stored.message);
        });
      }
      // Something that no record has, and its contradiction.
      const Round round = rewards::first_round_of_epoch(policy_, records_.back().epoch) + 5;
      for (const std::int32_t rssi : {-9000, -8000}) {
        const WitnessReport report = stranger_.witness(round, 1, rssi);
        const SignedBatch batch = stranger_.sign({report});
        const Hash256 header = header_id(kTestNetwork, batch.header.header);
        const UnixNanos received = seal_time(policy_, records_.back().epoch);
        writes.headers.push_back({header, batch.header, received});
        const Hash256 id = message_id(kTestNetwork, report);
        writes.messages.push_back({id, report, header, 0, {}, received});
        if (rssi == -9000) writes.statements.emplace_back(statement_bytes(report), id);
        if (rssi == -8000) writes.equivocations.push_back({late_.back().back(), id, {}});
        if (rssi == -9000) late_.emplace_back();
        late_.back().push_back(id);
      }
      EXPECT_TRUE(store_->commit(writes));
      if (i == 2) break;
      builder_.follow(seal_epoch(*registry_, records_.back(), policy_));
    }
    onboardings_ = *store_->onboardings(std::nullopt);
    log_head_ = store_->log_head();
    over_ = seal_time(policy_, records_[1].epoch);
  }
  ~RetentionProperty() override {
    store_.reset();
    registry_.reset();
    fs::remove_all(directory_);
  }
  void open() {
    store_.reset();
    registry_.reset();
    store_ = *RocksStore::open(directory_ + "/messages", {.network = kTestNetwork});
    registry_ = *RegistryStore::open(directory_ + "/registry.sqlite", kTestNetwork);
  }
  Round end_of(std::size_t i) const {
    return rewards::first_round_of_epoch(policy_, records_[i].epoch + 1);
  }

  // Whether it was killed.
  bool put_away(std::size_t commits) {
    MortalStore mortal(*store_, commits);
    Ingest ingest(kTestNetwork, mortal);
    MessageRetention retention({policy_, mortal, *registry_, ingest, log_}, {});
    retention.tick(over_);
    return mortal.is_dead();
  }
  void expect_nothing_lost() {
    EXPECT_EQ(*store_->onboardings(std::nullopt), onboardings_);
    EXPECT_EQ(store_->log_head(), log_head_);
    for (const StoredMessage& stored : onboardings_) {
      EXPECT_TRUE(store_->find_header(stored.header)->has_value());
    }
    for (std::size_t i = 0; i < records_.size(); ++i) {
      const auto held = *store_->messages_of_rounds(i == 0 ? 0 : end_of(i - 1), end_of(i));
      std::set<Hash256> told;
      for (const StoredMessage& stored : held) {
        told.insert(stored.id);
        EXPECT_TRUE(store_->find_header(stored.header)->has_value());
      }
      const bool is_gone = store_->first_kept() >= end_of(i);
      EXPECT_EQ(held.empty(), is_gone);
      if (is_gone) {
        const auto sealed = registry_->sealed(records_[i].epoch);
        for (const Hash256& id : message_ids(*decode_record((*sealed)->record))) told.insert(id);
        const auto late = *registry_->after_seal(records_[i].epoch);
        for (const LateMessage& message : late) told.insert(message.id);
      }
      std::set<Hash256> all(late_[i].begin(), late_[i].end());
      for (const Hash256& id : message_ids(records_[i])) all.insert(id);
      EXPECT_EQ(told, all) << "epoch " << i;
    }
    EXPECT_LE(store_->first_kept(), end_of(1)) << "the last epoch is not sealed";
    EXPECT_EQ(store_->equivocations()->size(), 3U);
  }

  std::string directory_ = (fs::path(testing::TempDir()) / "retention-property").string();
  RecordBuilder builder_;
  rewards::Policy policy_ = builder_.policy();
  FakeSigner stranger_{77};
  std::vector<EpochRecord> records_;
  std::vector<std::vector<Hash256>> late_;
  std::vector<StoredMessage> onboardings_;
  LogHead log_head_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_st>()};
  std::unique_ptr<RocksStore> store_;
  std::unique_ptr<RegistryStore> registry_;
  UnixNanos over_ = 0;
};

TEST_F(RetentionProperty, WheneverItIsKilledNothingIsLostAndInTheEndTheOldIsGone) {
  const EpochRecord before =
      *assemble_record(kTestNetwork, policy_, records_[2].epoch, *store_, *registry_);
  std::size_t kills = 0;
  // An epoch is begun anew after each kill, until it is put away.
  for (std::size_t commits = 0; put_away(commits); commits += 2) {
    ++kills;
    ASSERT_LT(kills, 100U) << "it does not come to an end";
    open();
    expect_nothing_lost();
    if (HasFailure()) FAIL() << "after kill " << kills;
  }
  EXPECT_GT(kills, 5U);
  open();
  expect_nothing_lost();
  EXPECT_EQ(store_->first_kept(), end_of(1));
  EXPECT_EQ(*assemble_record(kTestNetwork, policy_, records_[2].epoch, *store_, *registry_),
            before);
  const auto proofs = *store_->equivocations();
  for (const Equivocation& proof : proofs) {
    const bool is_live = proof.second == late_[2][1];
    EXPECT_EQ(proof.evidence.empty(), is_live);
  }
}

}  // namespace
}  // namespace earshot::verifier
