#include "rewards/channels/anchor.h"

#include <gtest/gtest.h>

#include "tests/doubles/open_channel.h"

namespace earshot::rewards::channels {
namespace {

constexpr chain::ContractDomain kDomain{31337, EvmAddress{1}};

ChannelEnd some_end() {
  const std::vector<chain::AccountKey> verifiers = {numbered_account(1), numbered_account(2)};
  return open_channel(kDomain, numbered_account(9), PublicKey{3}, 20779, 5, 100, 1, verifiers)
      .end(40);
}

TEST(Anchor, IsReadBackAsItWasWritten) {
  const ChannelEnd end = some_end();
  EXPECT_EQ(decode_anchor(encode(end.opening)).value(), end.opening);
  EXPECT_EQ(decode_channel_end(encode(end)).value(), end);
}

TEST(Anchor, IsRefusedAtEveryOtherLength) {
  Bytes bytes = encode(some_end());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_channel_end(ByteView(bytes).first(size))) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(decode_channel_end(bytes));
}

TEST(Anchor, SaysWhatIsOutOfRange) {
  const auto refusal = [](auto change) {
    ChannelEnd end = some_end();
    change(end);
    return decode_channel_end(encode(end)).error().detail;
  };
  EXPECT_EQ(refusal([](ChannelEnd& e) { e.opening.anchor.unit_price = 0; }),
            "anchor: unit price is 0, allowed: 1 and more");
  EXPECT_EQ(refusal([](ChannelEnd& e) { e.opening.anchor.max_units = kMaxUnits + 1; }),
            "anchor: most units are 65537, allowed: 1 to 65536");
  EXPECT_EQ(refusal([](ChannelEnd& e) { e.units = 101; }),
            "channel end: units are 101, allowed: 1 to 100");
  EXPECT_EQ(refusal([](ChannelEnd& e) { e.units = 0; }),
            "channel end: units are 0, allowed: 1 to 100");
  EXPECT_EQ(refusal([](ChannelEnd& e) { e.opening.reservations.resize(65); }),
            "anchor: 65 reservations, allowed: 0 to 64");
}

TEST(Anchor, ADigestIsOfOneContractAndOneAnchor) {
  const Anchor anchor = some_end().opening.anchor;
  const Hash256 digest = chain::anchor_digest(kDomain, anchor);
  EXPECT_NE(chain::anchor_digest({kDomain.chain_id + 1, kDomain.contract}, anchor), digest);
  EXPECT_NE(chain::anchor_digest({kDomain.chain_id, EvmAddress{2}}, anchor), digest);
  Anchor other = anchor;
  other.max_units += 1;
  EXPECT_NE(chain::anchor_digest(kDomain, other), digest);
  EXPECT_NE(chain::reservation_digest(kDomain, digest), digest);
}

TEST(HashChain, GivesWhatHashesToTheTipForAnyUnits) {
  for (const std::uint32_t units : {1U, 255U, 256U, 257U, 1'000U}) {
    HashChain words(Hash256{7}, units);
    EXPECT_EQ(words.preimage(0), words.tip());
    EXPECT_EQ(words.preimage(units), Hash256{7});
    for (std::uint32_t n = 0; n < units; n += 1 + units / 50) {
      EXPECT_EQ(hash_steps(words.preimage(n), n), words.tip()) << n;
    }
  }
}

}  // namespace
}  // namespace earshot::rewards::channels
