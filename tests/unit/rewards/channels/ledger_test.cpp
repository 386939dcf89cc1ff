#include "rewards/channels/ledger.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "rewards/channels/hash_chain.h"

namespace earshot::rewards::channels {
namespace {

Anchor anchor_of(const HashChain& words) {
  return {.unit_price = 1, .max_units = words.units(), .tip = words.tip()};
}

TEST(Voucher, IsFortyFourBytesAndReadBack) {
  const Voucher voucher{~std::uint64_t{5}, 7, Hash256{9}};
  const Bytes bytes = encode(voucher);
  EXPECT_EQ(bytes.size(), kVoucherBytes);
  EXPECT_EQ(decode_voucher(bytes).value(), voucher);
  EXPECT_FALSE(decode_voucher(ByteView(bytes).first(43)));
}

TEST(Ledger, TakesEachUnitOnceAndNothingElse) {
  HashChain words(Hash256{1}, 100);
  Ledger ledger(4, 12345);
  ASSERT_TRUE(ledger.open(77, anchor_of(words)));
  EXPECT_FALSE(ledger.open(77, anchor_of(words)));
  EXPECT_EQ(ledger.take({77, 1, words.preimage(1)}), Receipt::accepted);
  EXPECT_EQ(ledger.take({77, 1, words.preimage(1)}), Receipt::stale);
  EXPECT_EQ(ledger.take({77, 3, words.preimage(4)}), Receipt::wrong_preimage);
  EXPECT_EQ(ledger.take({77, 2, words.tip()}), Receipt::wrong_preimage);
  EXPECT_EQ(ledger.take({78, 2, words.preimage(2)}), Receipt::unknown_channel);
  EXPECT_EQ(ledger.take({77, 101, words.preimage(100)}), Receipt::too_many);
  EXPECT_EQ(ledger.take({77, 66, words.preimage(66)}), Receipt::too_far);
  EXPECT_EQ(ledger.take({77, 65, words.preimage(65)}), Receipt::accepted);  // Lost ones made good.
  EXPECT_EQ(ledger.take({77, 100, words.preimage(100)}), Receipt::accepted);
  EXPECT_EQ(ledger.state(77)->units, 100U);
  EXPECT_EQ(ledger.state(77)->preimage, words.preimage(100));
  EXPECT_FALSE(ledger.state(78));
}

TEST(Ledger, HoldsAsManyAsItHasRoomFor) {
  const HashChain words(Hash256{1}, 1);
  Ledger ledger(2, 3);
  EXPECT_TRUE(ledger.open(1, anchor_of(words)));
  EXPECT_TRUE(ledger.open(2, anchor_of(words)));
  EXPECT_FALSE(ledger.open(3, anchor_of(words)));
}

// Against a plain map, in random order with random lies.
TEST(Ledger, PaysExactlyWhatWasReleasedProperty) {
  std::mt19937_64 bits(5);
  for (int round = 0; round < 20; ++round) {
    Ledger ledger(50, bits());
    std::map<std::uint64_t, HashChain> chains;
    std::map<std::uint64_t, std::uint32_t> paid;
    for (std::uint64_t i = 0; i < 50; ++i) {
      Hash256 secret{};
      for (std::uint8_t& byte : secret) byte = static_cast<std::uint8_t>(bits());
      const std::uint64_t channel = bits() % 3 == 0 ? i : bits();  // Small ids, too.
      const HashChain words(secret, static_cast<std::uint32_t>(1 + bits() % 40));
      if (ledger.open(channel, anchor_of(words))) chains.emplace(channel, words);
    }
    for (int i = 0; i < 2'000; ++i) {
      auto at = chains.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(bits() % chains.size()));
      auto& [channel, words] = *at;
      const auto units = static_cast<std::uint32_t>(bits() % (words.units() + 3));
      Hash256 preimage = words.preimage(std::min(units, words.units()));
      const bool lies = bits() % 4 == 0;
      if (lies) preimage[bits() % 32] ^= 1;
      const bool accepted = ledger.take({channel, units, preimage}) == Receipt::accepted;
      EXPECT_EQ(accepted, !lies && units > paid[channel] && units <= words.units());
      if (accepted) paid[channel] = units;
      EXPECT_EQ(ledger.state(channel)->units, paid[channel]);
    }
  }
}

}  // namespace
}  // namespace earshot::rewards::channels
