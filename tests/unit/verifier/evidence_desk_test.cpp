#include "verifier/evidence_desk.h"

#include <gtest/gtest.h>

#include "core/merkle.h"
#include "tests/doubles/fake_signer.h"
#include "tests/doubles/memory_store.h"

namespace earshot::verifier {
namespace {

constexpr Round kRound = 29'000'000;
constexpr UnixNanos kNow = round_opening(kRound) + 3 * 3600 * kNanosPerSecond;
constexpr UnixNanos kDeadline = kNow + 3600 * kNanosPerSecond;

class EvidenceDeskTest : public testing::Test {
 protected:
  void SetUp() override {
    registry_ = *RegistryStore::open(":memory:", kTestNetwork);
    desk_ = std::make_unique<EvidenceDesk>(store_, *registry_, 64 * 1024);
    snippet_.resize(3 * kEvidenceChunkBytes + 17);
    for (std::size_t i = 0; i < snippet_.size(); ++i) {
      snippet_[i] = static_cast<std::uint8_t>(i * 31 % 251);
    }
    report_ = ask(snippet_.size());
  }
  Hash256 ask(std::uint64_t bytes) {
    WitnessReport report = signer_.witness(kRound, next_tag_++);
    report.evidence_bytes = bytes;
    report.evidence_root = merkle_root_of_chunks(snippet_, kEvidenceChunkBytes);
    StoredMessage stored{.id = message_id(kTestNetwork, report),
                         .message = report,
                         .header = {},
                         .index = 0,
                         .path = {},
                         .received = kNow};
    WriteSet writes;
    writes.messages = {stored};
    writes.statements = {{statement_bytes(stored.message), stored.id}};
    EXPECT_TRUE(store_.commit(writes));
    writes = {};
    writes.indexed = {{stored.id, stored.message}};
    EXPECT_TRUE(store_.commit(writes));
    const AuditTask task{.report = stored.id,
                         .epoch = next_tag_,
                         .hotspot = report.hotspot,
                         .deadline = kDeadline,
                         .answer = {}};
    EXPECT_TRUE(registry_->add_draw(next_tag_, {kRound, Entropy{}}, {task}));
    return stored.id;
  }
  EvidenceReceipt take(std::span<const EvidenceChunk> chunks, UnixNanos now = kNow) {
    return desk_->take(report_, encode(chunks), now);
  }

  MemoryStore store_;
  std::unique_ptr<RegistryStore> registry_;
  std::unique_ptr<EvidenceDesk> desk_;
  FakeSigner signer_{1};
  Bytes snippet_;
  Hash256 report_{};
  std::uint8_t next_tag_ = 1;
};

TEST_F(EvidenceDeskTest, TakesASnippetInPiecesInAnyOrder) {
  const std::vector<EvidenceChunk> chunks = cut_evidence(snippet_);
  ASSERT_EQ(chunks.size(), 4U);
  EXPECT_EQ(take(std::span(chunks).subspan(2)).accepted, 2U);
  const EvidenceReceipt rest = take(chunks);
  EXPECT_EQ(rest.status, EvidenceStatus::accepted);
  EXPECT_EQ(rest.accepted, 2U);
  EXPECT_EQ(rest.held, 2U);
  EXPECT_EQ(take(chunks).status, EvidenceStatus::held);
  EXPECT_EQ(*store_.chunks(report_), chunks);
}

TEST_F(EvidenceDeskTest, RefusesBytesThatDoNotHashToTheRootAndRemembers) {
  Bytes other = snippet_;
  other[9000] ^= 1;
  const EvidenceReceipt refused = take(cut_evidence(other));
  EXPECT_EQ(refused.status, EvidenceStatus::malformed);
  EXPECT_EQ(refused.detail, "evidence: chunk 0 does not hash to the signed root");
  EXPECT_TRUE(*store_.has_mismatch(report_));
  EXPECT_TRUE(store_.chunks(report_)->empty());
  EXPECT_EQ(take(cut_evidence(snippet_)).status, EvidenceStatus::accepted)
      << "somebody else's junk does not keep the true samples out";
}

TEST_F(EvidenceDeskTest, ClosesAtTheDeadlineAndWithTheAnswer) {
  const std::vector<EvidenceChunk> chunks = cut_evidence(snippet_);
  EXPECT_EQ(take(chunks, kDeadline + 1).status, EvidenceStatus::closed);
  EXPECT_EQ(take(chunks, kDeadline).status, EvidenceStatus::accepted);
  ASSERT_TRUE(registry_->answer({.report = report_}));
  EXPECT_EQ(take(chunks).status, EvidenceStatus::closed);
}

TEST_F(EvidenceDeskTest, RefusesMalformedBytes) {
  EXPECT_EQ(desk_->take(report_, Bytes{1, 2, 3}, kNow).status, EvidenceStatus::malformed);
  EXPECT_EQ(desk_->take(report_, Bytes{}, kNow).status, EvidenceStatus::malformed);
}

TEST_F(EvidenceDeskTest, RefusesAChunkBeyondTheSnippet) {
  std::vector<EvidenceChunk> chunks = cut_evidence(snippet_);
  chunks[0].index = 4'000'000'000;
  EXPECT_EQ(take(chunks).status, EvidenceStatus::malformed);
}

TEST_F(EvidenceDeskTest, RefusesASnippetThatIsTooLarge) {
  const Hash256 huge = ask(1U << 30);
  const EvidenceReceipt refused = desk_->take(huge, encode(cut_evidence(snippet_)), kNow);
  EXPECT_EQ(refused.status, EvidenceStatus::malformed);
}

TEST_F(EvidenceDeskTest, NobodyAskedForOtherReports) {
  EXPECT_EQ(desk_->take(Hash256{9}, encode(cut_evidence(snippet_)), kNow).status,
            EvidenceStatus::not_asked);
}

TEST_F(EvidenceDeskTest, AFullDiskIsSaid) {
  store_.fails_to_write = true;
  EXPECT_EQ(take(cut_evidence(snippet_)).status, EvidenceStatus::store_failed);
}

}  // namespace
}  // namespace earshot::verifier
