#include "core/fixed.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <random>

namespace earshot {
namespace {

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

Number number(std::uint64_t value) {
  Number out(BN_new());
  BN_set_word(out.get(), value);
  return out;
}

// base^exponent, exactly.
Number power(std::uint64_t base, std::uint64_t exponent) {
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
  Number out(BN_new());
  BN_exp(out.get(), number(base).get(), number(exponent).get(), context.get());
  return out;
}

// The slow reference: c is 1000 log10(v) rounded iff 10^(2c - 1) <= v^2000 < 10^(2c + 1), in
// integers of tens of thousands of digits.
bool is_centibels_of(std::int32_t c, std::uint64_t v) {
  const Number whole = power(v, 2000);
  const bool low =
      c == 0 || BN_cmp(power(10, static_cast<std::uint64_t>(2 * c - 1)).get(), whole.get()) <= 0;
  return low && BN_cmp(whole.get(), power(10, static_cast<std::uint64_t>(2 * c + 1)).get()) < 0;
}

TEST(Centibels, OfKnownValues) {
  EXPECT_EQ(centibels_of(1), 0);
  EXPECT_EQ(centibels_of(2), 301);
  EXPECT_EQ(centibels_of(10), 1000);
  EXPECT_EQ(centibels_of(10'000'000'000'000'000'000U), 19'000);
  EXPECT_EQ(centibels_of(~0ULL), 19'266);
}

TEST(Centibels, EqualTheSlowReferenceForAnyValueProperty) {
  std::mt19937_64 random(30);
  for (int i = 0; i < 60; ++i) {
    const std::uint64_t value = (random() >> random() % 64) | 1;
    EXPECT_TRUE(is_centibels_of(centibels_of(value), value)) << value;
  }
}

TEST(Centibels, EqualTheSlowReferenceAtEveryStepUpProperty) {
  std::mt19937_64 random(31);
  for (int i = 0; i < 40; ++i) {
    // The smallest value of a random step: both it and the one below must be right.
    const auto step = static_cast<std::int32_t>(random() % 19'000 + 250);
    std::uint64_t low = 1;
    std::uint64_t high = ~0ULL;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (centibels_of(middle) >= step) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    EXPECT_TRUE(is_centibels_of(centibels_of(low), low)) << low;
    EXPECT_TRUE(is_centibels_of(centibels_of(low - 1), low - 1)) << low - 1;
  }
}

TEST(Centibels, NeverFallProperty) {
  std::mt19937_64 random(32);
  for (std::uint64_t value = 1; value < 20'000; ++value) {
    EXPECT_LE(centibels_of(value), centibels_of(value + 1));
  }
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t value = random() >> random() % 63;
    EXPECT_LE(centibels_of(std::max(value, 2UL) - 1), centibels_of(std::max(value, 2UL)));
  }
}

TEST(IntegerSqrt, IsTheFloorOfTheRootProperty) {
  std::mt19937_64 random(33);
  for (int i = 0; i < 20'000; ++i) {
    const Uint128 value = (Uint128{random()} << 64 | random()) >> random() % 128;
    const Uint128 root = integer_sqrt(value);
    EXPECT_LE(root * root, value);
    if (root < ~0ULL) {
      EXPECT_GT((root + 1) * (root + 1), value);
    }
  }
  for (std::uint64_t root : {0ULL, 1ULL, 2ULL, 0xFFFF'FFFFULL, ~0ULL}) {
    EXPECT_EQ(integer_sqrt(Uint128{root} * root), root);
    if (root > 0) {
      EXPECT_EQ(integer_sqrt(Uint128{root} * root - 1), root - 1);
    }
  }
  EXPECT_EQ(integer_sqrt(~Uint128{0}), ~0ULL);
}

TEST(FreeSpaceLoss, IsTheSumOfItsRoundedPartsProperty) {
  const auto constant = static_cast<std::int32_t>(
      std::lround(2000.0 * std::log10(4.0 * std::numbers::pi / 299'792'458'000.0)));
  std::mt19937_64 random(34);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t distance = random() % 100'000'000'000 + 1;
    const std::uint64_t frequency = random() % 6'000'000'000 + 1;
    const std::int32_t loss = free_space_loss_cdb(distance, frequency);
    EXPECT_EQ(loss, 2 * centibels_of(distance) + 2 * centibels_of(frequency) + constant);
    const double exact =
        2000.0 * std::log10(4.0 * std::numbers::pi * static_cast<double>(distance) *
                            static_cast<double>(frequency) / 299'792'458'000.0);
    EXPECT_NEAR(loss, exact, 2.5);  // Each logarithm is rounded before it is doubled.
  }
}

TEST(FreeSpaceLoss, OfOneKilometreAt868MegahertzIsNinetyOneDecibels) {
  EXPECT_NEAR(free_space_loss_cdb(1'000'000, 868'100'000), 9122, 2);
}

}  // namespace
}  // namespace earshot
