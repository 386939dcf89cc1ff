#include "rewards/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

namespace earshot::rewards {
namespace {

class RandomSplits {
 public:
  explicit RandomSplits(std::uint64_t seed) : bits_(seed) {}

  std::vector<Share> shares() {
    std::vector<Share> out(bits_() % 12 + 1);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i].key[0] = static_cast<std::uint8_t>(i);
      out[i].key[1] = static_cast<std::uint8_t>(bits_());
      out[i].weight = bits_() % 3 == 0 ? bits_() % 4 : bits_() >> (4 + bits_() % 60);
    }
    return out;
  }
  Uint128 pool() { return (Uint128{bits_()} << 64 | bits_()) >> bits_() % 128; }
  std::mt19937_64& bits() { return bits_; }

 private:
  std::mt19937_64 bits_;
};

std::uint64_t weight_of(const std::vector<Share>& shares) {
  return std::accumulate(shares.begin(), shares.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Share& share) { return sum + share.weight; });
}

TEST(SplitPool, PaysExactlyThePoolForAnySharesProperty) {
  RandomSplits random(1);
  for (int i = 0; i < 5000; ++i) {
    const auto shares = random.shares();
    const Uint128 pool = random.pool();
    Uint128 sum = 0;
    const auto parts = split_pool(pool, shares).value();
    for (const Uint128 part : parts) sum += part;
    EXPECT_TRUE(sum == (weight_of(shares) == 0 ? Uint128{0} : pool));
  }
}

TEST(SplitPool, IsWithinOneOfTheExactShareProperty) {
  RandomSplits random(2);
  for (int i = 0; i < 5000; ++i) {
    const auto shares = random.shares();
    const Uint128 pool = random.bits()() % 1'000'000'007;  // pool * weight fits 128 bits.
    const std::uint64_t total = weight_of(shares);
    const auto parts = split_pool(pool, shares).value();
    for (std::size_t k = 0; total > 0 && k < shares.size(); ++k) {
      const Uint128 floor = pool * shares[k].weight / total;
      EXPECT_TRUE(parts[k] == floor || parts[k] == floor + 1);
      EXPECT_TRUE(shares[k].weight > 0 || parts[k] == 0);
    }
  }
}

TEST(SplitPool, DoesNotDependOnTheOrderOfSharesProperty) {
  RandomSplits random(3);
  for (int i = 0; i < 2000; ++i) {
    auto shares = random.shares();
    const Uint128 pool = random.pool();
    std::map<PublicKey, Uint128> paid;
    const auto parts = split_pool(pool, shares).value();
    for (std::size_t k = 0; k < shares.size(); ++k) paid[shares[k].key] = parts[k];
    std::shuffle(shares.begin(), shares.end(), random.bits());
    const auto again = split_pool(pool, shares).value();
    for (std::size_t k = 0; k < shares.size(); ++k) {
      EXPECT_TRUE(paid[shares[k].key] == again[k]);
    }
  }
}

TEST(SplitPool, NeverPaysLessForMoreWeightProperty) {
  RandomSplits random(4);
  for (int i = 0; i < 2000; ++i) {
    const auto shares = random.shares();
    const auto parts = split_pool(random.pool(), shares).value();
    for (std::size_t a = 0; a < shares.size(); ++a) {
      for (std::size_t b = 0; b < shares.size(); ++b) {
        if (shares[a].weight > shares[b].weight) {
          EXPECT_TRUE(parts[a] >= parts[b]);
        }
      }
    }
  }
}

TEST(SplitPool, GivesTiesToTheSmallerKey) {
  const std::vector<Share> shares = {{PublicKey{9}, 1}, {PublicKey{3}, 1}, {PublicKey{5}, 1}};
  const auto parts = split_pool(11, shares).value();
  EXPECT_TRUE(parts[0] == 3 && parts[1] == 4 && parts[2] == 4);
}

TEST(SplitPool, PaysNobodyWithoutWeight) {
  EXPECT_TRUE(split_pool(100, {}).value().empty());
  EXPECT_TRUE(split_pool(100, std::vector<Share>{{PublicKey{1}, 0}}).value()[0] == 0);
}

TEST(SplitPool, RefusesWeightsBeyond64Bits) {
  const std::vector<Share> shares = {{PublicKey{1}, ~0ULL}, {PublicKey{2}, 1}};
  EXPECT_EQ(split_pool(1, shares).error().code, Errc::bad_data);
  const auto all = split_pool(~Uint128{0}, std::vector<Share>{{PublicKey{1}, ~0ULL}}).value();
  EXPECT_TRUE(all[0] == ~Uint128{0});
}

}  // namespace
}  // namespace earshot::rewards
