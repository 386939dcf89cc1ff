#include "core/entropy.h"

#include <gtest/gtest.h>

#include "core/hash.h"

namespace earshot {
namespace {

TEST(EntropyChain, EveryLinkHashesToTheCommitment) {
  for (const std::uint64_t rounds : {1, 2, 255, 256, 257, 600}) {
    const EntropyChain chain(ByteArray<32>{5}, rounds);
    for (const std::uint64_t index : {std::uint64_t{0}, rounds / 2, rounds - 1}) {
      EXPECT_TRUE(is_link_of(chain.commitment(), index, chain.link(index))) << index;
      EXPECT_FALSE(is_link_of(chain.commitment(), index + 1, chain.link(index)));
    }
  }
}

TEST(EntropyChain, EachLinkHashesToTheOneBefore) {
  const EntropyChain chain(ByteArray<32>{6}, 520);
  Hash256 before = chain.commitment();
  for (std::uint64_t index = 0; index < 520; ++index) {
    const Hash256 link = chain.link(index);
    ASSERT_EQ(sha256(ByteView(link)), before) << index;
    before = link;
  }
  EXPECT_EQ(before, (ByteArray<32>{6}));  // The last link is the seed itself.
}

TEST(RoundEntropy, IsTheHashOfRoundBlockAndMixedLinks) {
  const Hash256 block{1};
  const std::vector<Hash256> links = {Hash256{0x0F}, Hash256{0xF1}};
  Writer whole;
  whole.put(as_bytes("earshot/v1/entropy"));
  whole.put(Round{77});
  whole.put(ByteView(block));
  whole.put(ByteView(Hash256{0xFE}));
  EXPECT_EQ(round_entropy(77, block, links, 2), sha256(whole.bytes()));
}

TEST(RoundEntropy, DoesNotDependOnTheOrderOfLinks) {
  const std::vector<Hash256> one = {Hash256{1}, Hash256{2}, Hash256{3}};
  const std::vector<Hash256> other = {Hash256{3}, Hash256{1}, Hash256{2}};
  EXPECT_EQ(round_entropy(1, {}, one, 1), round_entropy(1, {}, other, 1));
}

TEST(RoundEntropy, IsNothingWithoutEnoughLinks) {
  EXPECT_FALSE(round_entropy(1, {}, std::vector<Hash256>(1), 2));
  EXPECT_FALSE(round_entropy(1, {}, {}, 1));
}

}  // namespace
}  // namespace earshot
