#include "core/compact_range.h"

#include <gtest/gtest.h>

#include <bit>

#include "core/merkle.h"
#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

std::vector<Hash256> random_leaves(RandomMessages& random, std::size_t count) {
  std::vector<Hash256> leaves(count);
  for (Hash256& leaf : leaves) leaf = random.array<32>();
  return leaves;
}

void append_all(CompactRange& range, std::span<const Hash256> leaves) {
  for (const Hash256& leaf : leaves) range.append(leaf);
}

TEST(CompactRange, HasTheRootOfAllLeavesAtEverySize) {
  RandomMessages random(1);
  const std::vector<Hash256> leaves = random_leaves(random, 140);
  CompactRange range;
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(range.size(), size);
    EXPECT_EQ(range.root(), merkle_root(std::span(leaves).first(size))) << size;
    EXPECT_EQ(range.edge().size(), static_cast<std::size_t>(std::popcount(size)));
    if (size < leaves.size()) range.append(leaves[size]);
  }
}

TEST(CompactRange, GoesOnFromItsBytesWhereverItWasCutProperty) {
  RandomMessages random(2);
  for (int run = 0; run < 60; ++run) {
    const std::vector<Hash256> leaves = random_leaves(random, random.below(1'500));
    const std::size_t cut = random.below(leaves.size() + 1);
    CompactRange before;
    append_all(before, std::span(leaves).first(cut));
    const Bytes bytes = encode(before);
    Reader in(bytes);
    Result<CompactRange> range = get_compact_range(in);
    ASSERT_TRUE(range) << range.error().detail;
    EXPECT_EQ(in.left(), 0U);
    EXPECT_EQ(*range, before);
    append_all(*range, std::span(leaves).subspan(cut));
    EXPECT_EQ(range->size(), leaves.size());
    EXPECT_EQ(range->root(), merkle_root(leaves)) << cut << " of " << leaves.size();
  }
}

TEST(CompactRange, EdgeIsTheRootsOfPerfectSubtrees) {
  RandomMessages random(3);
  const std::vector<Hash256> leaves = random_leaves(random, 13);  // 8 + 4 + 1
  CompactRange range;
  append_all(range, leaves);
  const std::span all(leaves);
  const std::vector<Hash256> expected = {merkle_root(all.first(8)), merkle_root(all.subspan(8, 4)),
                                         leaves[12]};
  EXPECT_EQ(range.edge(), expected);
}

TEST(CompactRange, RefusesAnEdgeOfAnotherLength) {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{6}}) {
    const auto bits = static_cast<std::size_t>(std::popcount(size));
    EXPECT_TRUE(CompactRange::from(size, std::vector<Hash256>(bits)));
    const Result<CompactRange> longer = CompactRange::from(size, std::vector<Hash256>(bits + 1));
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().code, Errc::bad_data);
    if (bits > 0) {
      EXPECT_FALSE(CompactRange::from(size, std::vector<Hash256>(bits - 1)));
    }
  }
}

TEST(CompactRange, RefusesASizeThatAppendingWouldOverflow) {
  EXPECT_TRUE(CompactRange::from(CompactRange::kMaxSize, std::vector<Hash256>(1)));
  EXPECT_FALSE(CompactRange::from(CompactRange::kMaxSize + 1, std::vector<Hash256>(2)));
  EXPECT_FALSE(CompactRange::from(~std::uint64_t{0}, std::vector<Hash256>(64)));
}

TEST(CompactRange, RefusesBytesCutAnywhere) {
  CompactRange range;
  for (int i = 0; i < 11; ++i) range.append(Hash256{});
  const Bytes bytes = encode(range);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Reader in(ByteView(bytes).first(size));
    const Result<CompactRange> cut = get_compact_range(in);
    ASSERT_FALSE(cut) << size;
    EXPECT_EQ(cut.error().detail, "log edge: ends too early");
  }
}

}  // namespace
}  // namespace earshot
