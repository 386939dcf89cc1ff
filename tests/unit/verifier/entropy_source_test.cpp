#include "verifier/entropy_source.h"

#include <gtest/gtest.h>

#include "tests/doubles/fake_blocks.h"
#include "verifier/epoch_calendar.h"

namespace earshot::verifier {
namespace {

constexpr std::uint64_t kEpoch = 1000;
constexpr UnixNanos kSecond = kNanosPerSecond;
constexpr UnixNanos kMinute = 60 * kSecond;

class EntropySourceTest : public testing::Test {
 protected:
  void SetUp() override {
    policy_.epoch_rounds = 12;
    registry_ = *RegistryStore::open(":memory:", 31337);
    ASSERT_TRUE(registry_->set_first_epoch(kEpoch));
    source_ = std::make_unique<EntropySource>(
        *registry_, blocks_, policy_,
        EntropyRules{2 * kMinute, [](std::uint64_t epoch) {
                       return ByteArray<32>{static_cast<std::uint8_t>(epoch)};
                     }});
  }
  UnixNanos at(std::uint64_t round) const {
    return opening() + static_cast<UnixNanos>(round) * kMinute;
  }
  UnixNanos opening() const { return epoch_opening(policy_, kEpoch); }
  Round first() const { return rewards::first_round_of_epoch(policy_, kEpoch); }

  rewards::Policy policy_;
  FakeBlocks blocks_;
  std::unique_ptr<RegistryStore> registry_;
  std::unique_ptr<EntropySource> source_;
};

TEST_F(EntropySourceTest, CommitsAheadOfTheEpochAndTakesTheNextBlock) {
  EXPECT_TRUE(source_->advance(opening() - 3 * kMinute)->committed.empty());
  const auto committed = source_->advance(opening() - 2 * kMinute);
  ASSERT_EQ(committed->committed.size(), 1U);
  EXPECT_EQ(committed->committed[0].head, 10U);
  EXPECT_TRUE(committed->block_known.empty());
  blocks_.mine();
  blocks_.mine();
  const auto known = source_->advance(opening() - kMinute);
  ASSERT_EQ(known->block_known.size(), 1U);
  EXPECT_EQ(known->block_known[0].block_hash, FakeBlocks::hash_of(11));
}

TEST_F(EntropySourceTest, WaitsUntilTheBlockIsFinalized) {
  ASSERT_TRUE(source_->advance(opening() - 2 * kMinute));
  blocks_.head = 15;
  EXPECT_TRUE(source_->advance(opening() - kMinute)->block_known.empty());
  blocks_.finalized = 11;
  EXPECT_EQ(source_->advance(opening() - kMinute)->block_known.size(), 1U);
}

TEST_F(EntropySourceTest, ReleasesLinksThatBelongToTheCommitment) {
  ASSERT_TRUE(source_->advance(opening() - 2 * kMinute));
  blocks_.mine();
  ASSERT_TRUE(source_->advance(opening() - kMinute));
  EXPECT_EQ(*source_->release(opening() - kSecond, opening()), 1U);
  EXPECT_EQ(*source_->release(at(3), at(5)), 2U);
  EXPECT_EQ(*source_->release(at(3), at(5)), 0U) << "once";
  const EntropyCommitment made = **registry_->commitment(kEpoch);
  const std::vector<ReleasedRound> released = *registry_->released_between(0, first() + 100);
  ASSERT_EQ(released.size(), 3U);
  EXPECT_EQ(released[1].round, first() + 4);
  for (const ReleasedRound& round : released) {
    EXPECT_TRUE(is_link_of(made.commitment, round.round - first(), round.link));
    EXPECT_EQ(round.entropy,
              *round_entropy(round.round, FakeBlocks::hash_of(11), std::span(&round.link, 1), 1));
  }
}

TEST_F(EntropySourceTest, ARoundThatOpenedBeforeTheBlockWasKnownIsSkipped) {
  ASSERT_TRUE(source_->advance(opening() - kMinute));
  EXPECT_EQ(*source_->release(opening() - kSecond, at(2)), 0U);
  blocks_.mine();
  ASSERT_TRUE(source_->advance(at(2)));
  EXPECT_EQ(*source_->release(at(2), at(3)), 1U);
  EXPECT_FALSE(registry_->released(first() + 1)->has_value());
  EXPECT_TRUE(registry_->released(first() + 3)->has_value());
}

TEST_F(EntropySourceTest, ADeadNodeIsSaidAndAskedAgain) {
  blocks_.is_dead = true;
  const auto failed = source_->advance(opening() - kMinute);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::unavailable);
  blocks_.is_dead = false;
  const auto late = source_->advance(at(4) + kSecond);
  ASSERT_EQ(late->committed.size(), 1U);
  EXPECT_EQ(late->committed[0].first_round, first() + 5);
  EXPECT_EQ(late->committed[0].rounds, 7U);
}

TEST_F(EntropySourceTest, OneReleaseSpansTheEndOfAnEpoch) {
  ASSERT_TRUE(source_->advance(opening() - kMinute));
  blocks_.mine();
  ASSERT_TRUE(source_->advance(at(11)));  // Commits to the next epoch, too.
  blocks_.mine();
  ASSERT_TRUE(source_->advance(at(11) + kSecond));
  EXPECT_EQ(*source_->release(at(9), at(13)), 4U);
}

}  // namespace
}  // namespace earshot::verifier
