#include "rewards/channels/settlement.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/doubles/open_channel.h"

namespace earshot::rewards::channels {
namespace {

constexpr NetworkId kNetwork = 31337;
constexpr std::uint64_t kEpoch = 20779;

class ChannelSettlement : public ::testing::Test {
 protected:
  ChannelSettlement() {
    book_.contract = domain_.contract;
    book_.deposit_block = 5;
    book_.reservations_needed = 2;
    for (const chain::AccountKey& key : verifiers_) book_.verifiers.push_back(key.address);
    book_.deposits = {{anna_.address, 1'000}, {ben_.address, 500}};
    for (std::uint8_t i = 1; i <= 3; ++i) {
      standings_.push_back({PublicKey{i}, EvmAddress{i}, Tier::located});
    }
  }
  OpenChannel open(const chain::AccountKey& payer, std::uint8_t hotspot, std::uint64_t price,
                   std::uint32_t units = 100, std::uint64_t epoch = kEpoch) {
    return open_channel(domain_, payer, PublicKey{hotspot}, epoch, price, units, ++chains_,
                        verifiers_);
  }
  Result<Settlement> settle(const std::vector<AccountTotal>& previous = {}) {
    canonicalize(book_, kNetwork);
    return settle_channels(book_, kNetwork, kEpoch, standings_, previous);
  }
  UseVerdict verdict_on(const ChannelEnd& end) {
    book_.ends = {end};
    return settle()->uses.front().verdict;
  }
  static Uint128 sum(const std::vector<AccountTotal>& totals) {
    Uint128 all = 0;
    for (const AccountTotal& total : totals) all += total.cumulative;
    return all;
  }

  const chain::ContractDomain domain_{kNetwork, EvmAddress{0xCC}};
  const chain::AccountKey anna_ = numbered_account(21);
  const chain::AccountKey ben_ = numbered_account(22);
  std::vector<chain::AccountKey> verifiers_ = {numbered_account(1), numbered_account(2)};
  std::vector<Standing> standings_;
  Book book_;
  std::uint64_t chains_ = 0;
};

TEST_F(ChannelSettlement, ChargesPayersWhatHotspotsEarn) {
  book_.ends = {open(anna_, 1, 3).end(10), open(anna_, 2, 5).end(100), open(ben_, 1, 7).end(1)};
  const Settlement settlement = settle().value();
  for (const Use& use : settlement.uses) EXPECT_EQ(use.verdict, UseVerdict::paid);
  ASSERT_EQ(settlement.data.size(), 2U);
  EXPECT_TRUE(settlement.data[0].fee == 37);
  EXPECT_TRUE(settlement.data[1].fee == 500);
  EXPECT_TRUE(sum(settlement.debits) == 537);
}

TEST_F(ChannelSettlement, EveryDepositorHasADebitZeroIncluded) {
  const Settlement settlement = settle({{ben_.address, 70}}).value();
  std::vector<AccountTotal> expected = {{anna_.address, 0}, {ben_.address, 70}};
  std::ranges::sort(expected, std::less{}, &AccountTotal::account);
  EXPECT_EQ(settlement.debits, expected);
  EXPECT_TRUE(settlement.data.empty());
}

TEST_F(ChannelSettlement, NeverChargesMoreThanTheDeposit) {
  book_.ends = {open(ben_, 1, 7).end(100)};
  const Settlement settlement = settle({{ben_.address, 101}}).value();
  EXPECT_EQ(settlement.uses[0].verdict, UseVerdict::paid_in_part);
  EXPECT_EQ(settlement.uses[0].units, 57U);  // 399 of 500 are left.
  EXPECT_TRUE(settlement.uses[0].fee == 399);
  book_.ends = {open(ben_, 1, 7).end(1)};
  EXPECT_EQ(settle({{ben_.address, 500}})->uses[0].verdict, UseVerdict::nothing_deposited);
  book_.ends = {open(numbered_account(33), 1, 7).end(1)};
  EXPECT_EQ(settle()->uses[0].verdict, UseVerdict::nothing_deposited);
}

TEST_F(ChannelSettlement, PaysOnlyWhatIsSignedReservedAndRevealed) {
  const ChannelEnd good = open(anna_, 1, 3).end(10);
  EXPECT_EQ(verdict_on(good), UseVerdict::paid);
  ChannelEnd bad = good;
  bad.units = 11;  // One more than was revealed.
  EXPECT_EQ(verdict_on(bad), UseVerdict::wrong_preimage);
  bad = good;
  bad.opening.anchor.unit_price = 4;
  EXPECT_EQ(verdict_on(bad), UseVerdict::bad_signature);
  bad = good;
  bad.opening.reservations.pop_back();
  EXPECT_EQ(verdict_on(bad), UseVerdict::not_reserved);
  bad.opening.reservations.push_back(bad.opening.reservations[0]);  // One verifier twice.
  EXPECT_EQ(verdict_on(bad), UseVerdict::not_reserved);
  bad.opening.reservations[1] = good.opening.payer_signature;
  EXPECT_EQ(verdict_on(bad), UseVerdict::not_reserved);
  EXPECT_EQ(verdict_on(open(anna_, 1, 3, 100, kEpoch + 1).end(10)), UseVerdict::other_epoch);
  EXPECT_EQ(verdict_on(open(anna_, 9, 3).end(10)), UseVerdict::unknown_hotspot);
  // Signed for another contract.
  const OpenChannel elsewhere = open_channel({kNetwork, EvmAddress{0xDD}}, anna_, PublicKey{1},
                                             kEpoch, 3, 10, 99, verifiers_);
  EXPECT_EQ(verdict_on(OpenChannel(elsewhere).end(1)), UseVerdict::bad_signature);
}

TEST_F(ChannelSettlement, OfTwoEndsTheOnePaysThatShowsMore) {
  OpenChannel channel = open(anna_, 1, 3);
  ChannelEnd boast = channel.end(20);
  boast.units = 21;
  book_.ends = {channel.end(10), boast, channel.end(20), channel.end(5)};
  const Settlement settlement = settle().value();
  ASSERT_EQ(settlement.uses.size(), 1U);
  EXPECT_EQ(settlement.uses[0].units, 20U);
}

TEST_F(ChannelSettlement, RefusesABookThatContradictsItself) {
  book_.ends = {open(anna_, 1, 3).end(10), open(anna_, 2, 5).end(100)};
  canonicalize(book_, kNetwork);
  std::swap(book_.ends[0], book_.ends[1]);
  EXPECT_FALSE(settle_channels(book_, kNetwork, kEpoch, standings_, {}));
  book_.ends.clear();
  const std::vector<AccountTotal> stranger = {{EvmAddress{0x55}, 1}};
  EXPECT_NE(settle(stranger).error().detail.find("is not among the depositors"), std::string::npos);
  std::swap(book_.deposits[0], book_.deposits[1]);
  EXPECT_FALSE(settle_channels(book_, kNetwork, kEpoch, standings_, {}));
}

TEST_F(ChannelSettlement, AWrongEndWithMoreUnitsPushesNoRightOneOut) {
  OpenChannel channel = open(anna_, 1, 3);
  const ChannelEnd good = channel.end(4);
  ChannelEnd boast = good;
  boast.units = 90;
  for (const auto& ends : {std::vector{boast, good}, std::vector{good, boast}}) {
    book_.ends = ends;
    canonicalize(book_, kNetwork);
    ASSERT_EQ(book_.ends.size(), 1U);
    EXPECT_EQ(book_.ends[0], good);
  }
}

TEST_F(ChannelSettlement, BooksAreReadBackAsTheyWereWritten) {
  book_.ends = {open(anna_, 1, 3).end(10), open(ben_, 2, 5).end(100)};
  canonicalize(book_, kNetwork);
  const Bytes bytes = encode(book_);
  EXPECT_EQ(decode_book(bytes).value(), book_);
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    EXPECT_FALSE(decode_book(ByteView(bytes).first(size))) << size;
  }
}

TEST_F(ChannelSettlement, FeesAreTheDebitsAndNobodyOverspendsProperty) {
  std::mt19937_64 bits(4);
  const std::array<chain::AccountKey, 2> payers = {anna_, ben_};
  for (int round = 0; round < 20; ++round) {
    book_.ends.clear();
    const std::vector<AccountTotal> previous = {{anna_.address, bits() % 1'001},
                                                {ben_.address, bits() % 501}};
    for (int i = 0; i < 12; ++i) {
      const auto units = static_cast<std::uint32_t>(1 + bits() % 40);
      ChannelEnd end =
          open(payers[bits() % 2], static_cast<std::uint8_t>(1 + bits() % 4), 1 + bits() % 9, units)
              .end(static_cast<std::uint32_t>(1 + bits() % units));
      if (bits() % 5 == 0) end.preimage[0] ^= 1;
      book_.ends.push_back(end);
    }
    std::vector<AccountTotal> sorted = previous;
    std::ranges::sort(sorted, std::less{}, &AccountTotal::account);
    const Settlement settlement = settle(sorted).value();
    Uint128 fees = 0;
    for (const DataUse& use : settlement.data) fees += use.fee;
    EXPECT_TRUE(fees == sum(settlement.debits) - sum(previous));
    for (std::size_t i = 0; i < book_.deposits.size(); ++i) {
      EXPECT_TRUE(settlement.debits[i].cumulative <= book_.deposits[i].cumulative);
    }
  }
}

}  // namespace
}  // namespace earshot::rewards::channels
