#include "verifier/rocks_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <thread>

#include "core/merkle.h"
#include "tests/doubles/fake_signer.h"
#include "verifier/log/tile.h"

namespace earshot::verifier {
namespace {

namespace fs = std::filesystem;

constexpr Round kRound = 29'000'000;
constexpr StoreRules kRules{.network = kTestNetwork};

class RocksStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = (fs::path(testing::TempDir()) / ("rocks-" + std::string(test->name()))).string();
    fs::remove_all(directory_);
    open();
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(directory_);
  }
  void open() {
    store_.reset();
    Result<std::unique_ptr<RocksStore>> store = RocksStore::open(directory_, kRules);
    ASSERT_TRUE(store) << store.error().detail;
    store_ = std::move(*store);
  }
  static StoredMessage stored(const Message& message) {
    return {.id = message_id(kTestNetwork, message),
            .message = message,
            .header = Hash256{4},
            .index = 3,
            .path = {Hash256{5}, Hash256{6}},
            .received = 77};
  }

  std::string directory_;
  std::unique_ptr<RocksStore> store_;
  FakeSigner signer_{1};
};

TEST_F(RocksStoreTest, WhatWasCommittedIsThereAfterReopening) {
  const SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  const StoredHeader header{header_id(kTestNetwork, batch.header.header), batch.header, 55};
  const StoredMessage witness = stored(signer_.witness(kRound, 1));
  const StoredMessage silence = stored(signer_.silence(kRound + 1));
  const StoredMessage onboarding = stored(signer_.onboarding(kRound));
  const EvidenceChunk chunk{.index = 2, .bytes = {1, 2}, .path = {Hash256{8}}};
  WriteSet writes;
  writes.headers = {header};
  writes.messages = {witness, silence, onboarding};
  writes.statements = {{statement_bytes(witness.message), witness.id}};
  writes.equivocations = {{Hash256{1}, Hash256{2}, Bytes{9}}};
  writes.chunks = {{witness.id, chunk}};
  writes.mismatched_reports = {silence.id};
  writes.log = {{LogKind::header, 55, header.id}, {LogKind::message, 77, witness.id}};
  ASSERT_TRUE(store_->commit(writes));
  const LogHead head = store_->log_head();
  open();

  EXPECT_EQ(**store_->find_header(header.id), header);
  EXPECT_EQ(**store_->find_header_at(signer_.key.public_key, 1), header.id);
  EXPECT_FALSE(store_->find_header_at(signer_.key.public_key, 2)->has_value());
  EXPECT_FALSE(store_->find_message(witness.id)->has_value()) << "nobody needs it by its id";
  EXPECT_EQ(**store_->find_message(onboarding.id), onboarding);
  EXPECT_FALSE(store_->find_message(Hash256{1})->has_value());
  EXPECT_EQ(**store_->find_statement(statement_bytes(witness.message)), witness.id);
  EXPECT_EQ(*store_->messages_of_rounds(kRound, kRound + 1), std::vector{witness});
  EXPECT_EQ(store_->messages_of_rounds(kRound, kRound + 2)->size(), 2U);
  EXPECT_EQ(*store_->onboardings(signer_.key.public_key), std::vector{onboarding});
  EXPECT_TRUE(*store_->is_registered(signer_.key.public_key));
  EXPECT_FALSE(*store_->is_registered(PublicKey{}));
  EXPECT_EQ(*store_->equivocations(), writes.equivocations);
  EXPECT_TRUE(*store_->has_equivocation(Hash256{2}));
  EXPECT_EQ(*store_->chunks(witness.id), std::vector{chunk});
  EXPECT_TRUE(*store_->has_mismatch(silence.id));
  EXPECT_FALSE(*store_->has_mismatch(witness.id));
  EXPECT_EQ(store_->log_head(), head);
  EXPECT_EQ(*store_->log_entries(0, 10), writes.log);
  EXPECT_EQ(store_->log_entries(1, 1)->front(), writes.log[1]);
  EXPECT_TRUE(store_->log_entries(2, 5)->empty());
}

TEST_F(RocksStoreTest, FindsReportsByTheirIdsOnceTheyAreIndexed) {
  const StoredMessage first = stored(signer_.witness(kRound, 1));
  const StoredMessage second = stored(signer_.witness(kRound, 1, -9001));  // Contradicts it.
  const StoredMessage other = stored(signer_.witness(kRound, 2));
  const StoredMessage absent = stored(signer_.witness(kRound, 3));
  WriteSet writes;
  writes.messages = {first, second, other};
  writes.statements = {{statement_bytes(first.message), first.id},
                       {statement_bytes(other.message), other.id}};
  ASSERT_TRUE(store_->commit(writes));
  WriteSet index;
  for (const StoredMessage* message : {&first, &second, &absent}) {
    index.indexed.push_back({message->id, message->message});
  }
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(store_->commit(index));
    EXPECT_EQ(**store_->find_message(first.id), first);
    EXPECT_EQ(**store_->find_message(second.id), second);
    EXPECT_FALSE(store_->find_message(other.id)->has_value());
    EXPECT_FALSE(store_->find_message(absent.id)->has_value());
    open();
  }
}

TEST_F(RocksStoreTest, ForgetsRoundsAndHeadersAndGivesTheirRoomBack) {
  std::vector<HeaderPlace> old;
  for (Round round = kRound; round < kRound + 4; ++round) {
    WriteSet writes;
    for (std::uint32_t i = 0; i < 2000; ++i) {
      WitnessReport report = signer_.witness(round, 0);
      const Hash256 noise =
          sha256({Bytes{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)}});
      std::copy_n(noise.begin(), report.tag.size(), report.tag.begin());
      writes.messages.push_back(stored(report));
      writes.statements.emplace_back(statement_bytes(report), writes.messages.back().id);
      const SignedBatch batch = signer_.sign({report});
      const BatchHeader& header = batch.header.header;
      writes.headers.push_back({header_id(kTestNetwork, header), batch.header, 5});
      if (round >= kRound + 3) continue;
      old.push_back({writes.headers.back().id, header.signer, header.sequence});
    }
    ASSERT_TRUE(store_->commit(writes));
  }
  const StoredMessage live = store_->messages_of_rounds(kRound + 3, kRound + 4)->front();
  const StoredMessage gone = store_->messages_of_rounds(kRound, kRound + 1)->front();
  WriteSet index;
  index.indexed = {{live.id, live.message}, {gone.id, gone.message}};
  ASSERT_TRUE(store_->commit(index));
  const std::uint64_t before = store_->message_bytes();
  EXPECT_GT(before, 8000U * 400);
  EXPECT_EQ(store_->first_kept(), 0U);
  WriteSet forgetting;
  forgetting.unindexed = {gone.id, Hash256{9}};
  forgetting.first_kept = kRound + 3;
  forgetting.forgotten_headers = old;
  ASSERT_TRUE(store_->commit(forgetting));
  open();
  EXPECT_EQ(store_->first_kept(), kRound + 3);
  EXPECT_TRUE(store_->messages_of_rounds(0, kRound + 3)->empty());
  EXPECT_EQ(store_->messages_of_rounds(kRound + 3, kRound + 4)->size(), 2000U);
  EXPECT_FALSE(store_->find_message(gone.id)->has_value());
  EXPECT_EQ(**store_->find_message(live.id), live);
  EXPECT_FALSE(store_->find_statement(statement_bytes(gone.message))->has_value());
  EXPECT_FALSE(store_->find_header(old.front().id)->has_value());
  EXPECT_FALSE(store_->find_header_at(signer_.key.public_key, 1)->has_value());
  EXPECT_EQ(store_->headers_after(std::nullopt, 10'000)->size(), 2000U);
  std::atomic<bool> stopping{false};
  ASSERT_TRUE(store_->give_back_messages(stopping));
  EXPECT_LT(store_->message_bytes(), before * 3 / 8);
  open();
  EXPECT_EQ(store_->messages_of_rounds(0, kRound + 4)->size(), 2000U);
}

TEST_F(RocksStoreTest, GoesThroughHeadersInPieces) {
  WriteSet writes;
  for (int i = 0; i < 10; ++i) {
    const SignedBatch batch = signer_.sign({signer_.silence(kRound)});
    writes.headers.push_back({header_id(kTestNetwork, batch.header.header), batch.header, 5});
  }
  ASSERT_TRUE(store_->commit(writes));
  std::vector<Hash256> found;
  std::optional<Hash256> after;
  for (std::size_t size = 3; size == 3;) {
    const auto some = *store_->headers_after(after, 3);
    size = some.size();
    for (const StoredHeader& header : some) found.push_back(header.id);
    if (!some.empty()) after = some.back().id;
  }
  EXPECT_EQ(found.size(), 10U);
  EXPECT_TRUE(std::ranges::is_sorted(found));
}

TEST_F(RocksStoreTest, ForgetsTheSnippetsItIsToldToAndGivesTheirRoomBack) {
  WriteSet writes;
  for (std::uint8_t report = 1; report <= 3; ++report) {
    for (std::uint32_t index = 0; index < 300; ++index) {
      Bytes noise(4096);  // As samples: nothing makes it smaller.
      for (std::size_t i = 0; i < noise.size(); ++i) {
        noise[i] = sha256({Bytes{report, static_cast<std::uint8_t>(index),
                                 static_cast<std::uint8_t>(i / 32)}})[i % 32];
      }
      writes.chunks.push_back({{report}, {.index = index, .bytes = noise, .path = {}}});
    }
  }
  writes.mismatched_reports = {{1}, {2}};
  ASSERT_TRUE(store_->commit(writes));
  EXPECT_GT(store_->evidence_bytes(), 3U * 300 * 4096);
  WriteSet forgetting;
  forgetting.forgotten_reports = {{1}, {3}, {77}};
  ASSERT_TRUE(store_->commit(forgetting));
  open();
  EXPECT_TRUE(store_->chunks({1})->empty());
  EXPECT_TRUE(store_->chunks({3})->empty());
  EXPECT_EQ(store_->chunks({2})->size(), 300U);
  EXPECT_FALSE(*store_->has_mismatch({1}));
  EXPECT_TRUE(*store_->has_mismatch({2}));
  ASSERT_TRUE(store_->give_back_evidence());
  EXPECT_LT(store_->evidence_bytes(), 2U * 300 * 4096);
  EXPECT_EQ(store_->chunks({2})->size(), 300U);
}

TEST_F(RocksStoreTest, MessagesComeInTheRecordsOrder) {
  WriteSet writes;
  for (std::uint8_t i = 0; i < 9; ++i) {
    writes.messages.push_back(stored(signer_.witness(kRound + i % 3, i)));
    writes.messages.push_back(stored(signer_.silence(kRound + i % 3)));
  }
  ASSERT_TRUE(store_->commit(writes));
  const auto order = [](const StoredMessage& m) {
    return std::tuple{round_of(m.message), type_of(m.message), m.id};
  };
  const std::vector<StoredMessage> found = *store_->messages_of_rounds(0, kRound + 9);
  EXPECT_EQ(found.size(), 12U) << "one id, one message";
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_LT(order(found[i - 1]), order(found[i]));
}

TEST_F(RocksStoreTest, CommitsOfManyThreadsMakeOneLogWithoutHoles) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 40;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kCommits; ++i) {
        WriteSet writes;
        for (int k = 0; k < 3; ++k) {
          writes.log.push_back({LogKind::message, t * 1000 + i, Hash256{static_cast<uint8_t>(k)}});
        }
        EXPECT_TRUE(store_->commit(writes));
        EXPECT_TRUE(store_->find_header(Hash256{}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<LogEntry> log = *store_->log_entries(0, 10'000);
  ASSERT_EQ(log.size(), std::size_t{kThreads * kCommits * 3});
  std::vector<Hash256> leaves;
  for (std::size_t i = 0; i < log.size(); ++i) {
    leaves.push_back(merkle_leaf(encode(log[i])));
    EXPECT_EQ(log[i].id[0], i % 3) << "a write set is not torn apart";
  }
  EXPECT_EQ(store_->log_head(), (LogHead{log.size(), merkle_root(leaves)}));
}

TEST_F(RocksStoreTest, ReadersSeeEverythingThatWasCommittedBeforeTheyLooked) {
  constexpr std::uint32_t kCommits = 60;
  constexpr std::uint32_t kEach = 50;
  const SignedHeader header = signer_.sign({signer_.silence(kRound)}).header;
  const auto id_of = [](std::uint32_t number) {
    Hash256 id{};
    std::memcpy(id.data(), &number, sizeof number);
    return id;
  };
  std::atomic<std::uint32_t> committed{0};
  std::atomic<int> missed{0};
  const auto read = [&](std::uint32_t next) {
    while (committed < kCommits * kEach) {
      const std::uint32_t known = committed;
      if (known == 0) continue;
      next = next * 1'103'515'245 + 12'345;
      const auto found = store_->find_header(id_of(next % known));
      if (!found || !*found || (*found)->received != next % known) ++missed;
    }
  };
  std::thread one(read, 1);
  std::thread two(read, 2);
  for (std::uint32_t i = 0; i < kCommits; ++i) {
    WriteSet writes;
    for (std::uint32_t k = i * kEach; k < (i + 1) * kEach; ++k) {
      writes.headers.push_back({id_of(k), header, k});
    }
    EXPECT_TRUE(store_->commit(writes));
    committed = (i + 1) * kEach;
  }
  one.join();
  two.join();
  EXPECT_EQ(missed, 0);
}

TEST_F(RocksStoreTest, RefusesCommitsAndGoesOnReadingWhileTheReserveIsNotFree) {
  const StoredMessage kept = stored(signer_.silence(kRound));
  WriteSet writes;
  writes.messages = {kept};
  writes.log = {{LogKind::message, 77, kept.id}};
  ASSERT_TRUE(store_->commit(writes));
  const LogHead head = store_->log_head();
  store_.reset();
  constexpr std::uint64_t kMoreThanAnyDisk = std::uint64_t{1} << 60;
  store_ = *RocksStore::open(directory_, {kTestNetwork, kMoreThanAnyDisk, nullptr});
  const StoredMessage refused = stored(signer_.silence(kRound + 1));
  writes.messages = {refused};
  for (int i = 0; i < 2; ++i) {
    const Result<void> committed = store_->commit(writes);
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.error().code, Errc::unavailable);
    EXPECT_EQ(committed.error().detail, "message store: " + directory_ +
                                            ": disk full: less than 1152921504606846976 bytes are "
                                            "free");
  }
  EXPECT_EQ(*store_->messages_of_rounds(kRound, kRound + 2), std::vector{kept});
  EXPECT_EQ(store_->log_head(), head);
}

// No file of this process may grow while it lives, as on a disk whose quota is used up.
class NoFileGrows {
 public:
  NoFileGrows() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  NoFileGrows(const NoFileGrows&) = delete;
  NoFileGrows& operator=(const NoFileGrows&) = delete;
  ~NoFileGrows() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(RocksStoreTest, ComesBackAfterAReopeningThatFailedToo) {
  const StoredMessage kept = stored(signer_.silence(kRound));
  WriteSet writes;
  writes.messages = {kept};
  ASSERT_TRUE(store_->commit(writes));
  const StoredMessage refused = stored(signer_.silence(kRound + 1));
  writes.messages = {refused};
  {
    const NoFileGrows full;
    EXPECT_FALSE(store_->commit(writes));
    EXPECT_FALSE(store_->commit({})) << "opened anew";
    EXPECT_FALSE(store_->is_up());
    EXPECT_FALSE(store_->find_message(kept.id)) << "closed: nobody gets as far as to write";
  }
  while (!store_->commit({})) std::this_thread::yield();
  EXPECT_TRUE(store_->is_up());
  EXPECT_EQ(*store_->messages_of_rounds(kRound, kRound + 2), std::vector{kept});
}

TEST_F(RocksStoreTest, ItsTilesGiveTheLogsRootAlsoAfterReopening) {
  for (std::uint8_t part = 0; part < 7; ++part) {
    WriteSet writes;
    for (std::uint8_t i = 0; i < 100; ++i) {
      writes.log.push_back({LogKind::header, part * 100 + i, Hash256{part, i}});
    }
    ASSERT_TRUE(store_->commit(writes));
    if (part % 3 == 1) open();
  }
  const TileTree tree([this](int level, std::uint64_t index) -> Result<Hash256> {
    const Result<std::vector<Hash256>> found = store_->tile_hashes(level, index, 1);
    if (!found) return fail(found.error());
    return found->at(0);
  });
  EXPECT_EQ(store_->log_head().size, 700U);
  EXPECT_EQ(*tree.root(700), store_->log_head().root);
  EXPECT_EQ(store_->tile_hashes(0, 512, 256)->size(), 188U);
  EXPECT_EQ(store_->tile_hashes(1, 0, 256)->size(), 2U);
  EXPECT_EQ(store_->tile_hashes(1, 5, 256)->size(), 0U);
  EXPECT_EQ(store_->tile_hashes(2, 0, 256)->size(), 0U);
  EXPECT_EQ(store_->tile_hashes(9, 0, 256)->size(), 0U);
}

TEST_F(RocksStoreTest, AStoreOfAnotherNetworkIsRefused) {
  store_.reset();
  const auto other = RocksStore::open(directory_, {.network = 1});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::bad_data);
  EXPECT_EQ(other.error().detail, "message store: of network 31337, the configuration says 1");
}

TEST_F(RocksStoreTest, ASecondProcessIsRefused) {
  const auto second = RocksStore::open(directory_, kRules);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::unavailable);
}

TEST_F(RocksStoreTest, ADirectoryThatCannotBeMadeIsUnavailable) {
  const auto store = RocksStore::open("/proc/nowhere", kRules);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace earshot::verifier
