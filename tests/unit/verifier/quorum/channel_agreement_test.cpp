#include "verifier/quorum/channel_agreement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/doubles/open_channel.h"

namespace earshot::verifier {
namespace {

using rewards::chain::AccountKey;
using rewards::channels::Book;
using rewards::channels::ChannelEnd;
using rewards::channels::numbered_account;
using rewards::channels::OpenChannel;

constexpr NetworkId kNetwork = 31337;
constexpr std::uint64_t kEpoch = 20779;

class ChannelAgreement : public ::testing::Test {
 protected:
  ChannelAgreement() {
    book_.contract = domain_.contract;
    book_.deposit_block = 5;
    book_.reservations_needed = 2;
    for (const AccountKey& key : verifiers_) book_.verifiers.push_back(key.address);
    std::ranges::sort(book_.verifiers);
    book_.deposits = {{anna_.address, 1'000}};
  }
  OpenChannel open(std::uint64_t number, std::uint64_t epoch = kEpoch,
                   std::size_t reservations = 2) {
    return rewards::channels::open_channel(domain_, anna_, PublicKey{7}, epoch, 3, 20, number,
                                           std::span(verifiers_).first(reservations));
  }
  Book with(std::vector<ChannelEnd> ends) const {
    Book book = book_;
    book.ends = std::move(ends);
    canonicalize(book, kNetwork);
    return book;
  }
  std::optional<Book> agree(const std::vector<Book>& books, std::size_t threshold = 2) const {
    return agree_on_channels(books, threshold, kNetwork, kEpoch);
  }

  const rewards::chain::ContractDomain domain_{kNetwork, EvmAddress{0xCC}};
  const AccountKey anna_ = numbered_account(21);
  const std::vector<AccountKey> verifiers_ = {numbered_account(1), numbered_account(2),
                                              numbered_account(3)};
  Book book_;
};

TEST_F(ChannelAgreement, OfOneVerifierIsItsBook) {
  const Book book = with({open(1).end(3), open(2).end(20)});
  EXPECT_EQ(agree({book}, 1), book);
}

TEST_F(ChannelAgreement, TakesOfEachChannelTheEndThatPaysMostWhoeverHoldsIt) {
  OpenChannel one = open(1);
  OpenChannel two = open(2);
  const std::vector<Book> books = {with({one.end(3)}), with({one.end(9), two.end(1)}), with({})};
  EXPECT_EQ(agree(books), with({one.end(9), two.end(1)}));
}

TEST_F(ChannelAgreement, WhatDoesNotPayPushesNothingOut) {
  OpenChannel channel = open(1);
  const ChannelEnd good = channel.end(4);
  ChannelEnd boast = good;
  boast.units = 20;
  ChannelEnd unsigned_one = channel.end(5);
  unsigned_one.opening.payer_signature[3] ^= 1;
  ChannelEnd unreserved = channel.end(6);
  unreserved.opening.reservations.pop_back();
  for (const ChannelEnd& bad : {boast, unsigned_one, unreserved}) {
    Book liar = book_;
    liar.ends = {bad};
    EXPECT_EQ(agree({liar, with({good}), with({})}), with({good}));
    EXPECT_EQ(agree({with({good}), with({}), liar}), with({good}));
    EXPECT_EQ(agree({liar, with({}), with({})}), with({}));
  }
  EXPECT_EQ(agree({with({open(3, kEpoch + 1).end(1)}), with({})}), with({}));
}

TEST_F(ChannelAgreement, DepositsAreThoseThatMSayAlike) {
  Book rich = with({open(1).end(3)});
  rich.deposits[0].cumulative = 1'000'000;
  Book friends = with({});
  friends.verifiers = {numbered_account(9).address};
  friends.reservations_needed = 1;
  EXPECT_EQ(agree({rich, with({}), with({})}), with({open(1).end(3)}));
  EXPECT_EQ(agree({rich, friends, with({})}), std::nullopt);
  EXPECT_EQ(agree({with({})}), std::nullopt);
  EXPECT_EQ(agree({}), std::nullopt);
}

TEST_F(ChannelAgreement, IsTheSameInAnyOrderOfTheBooks) {
  std::mt19937_64 random(11);
  std::vector<OpenChannel> channels;
  for (std::uint64_t i = 0; i < 6; ++i) channels.push_back(open(i, kEpoch, 3));
  for (int run = 0; run < 12; ++run) {
    std::vector<Book> books(3, book_);
    for (Book& book : books) {
      for (OpenChannel& channel : channels) {
        if (random() % 3 == 0) continue;
        ChannelEnd end = channel.end(static_cast<std::uint32_t>(1 + random() % 4));
        // Any two of the three countersignatures do.
        if (random() % 2 == 0) std::swap(end.opening.reservations[0], end.opening.reservations[2]);
        if (random() % 2 == 0) end.opening.reservations.pop_back();
        if (random() % 6 == 0) end.preimage[0] ^= 1;
        book.ends.push_back(end);
      }
      canonicalize(book, kNetwork);
    }
    const std::optional<Book> agreed = agree(books);
    ASSERT_TRUE(agreed);
    std::ranges::reverse(books);
    EXPECT_EQ(agree(books), agreed);
    std::swap(books[0], books[1]);
    EXPECT_EQ(agree(books), agreed);
    EXPECT_EQ(*rewards::channels::decode_book(encode(*agreed)), *agreed);
  }
}

}  // namespace
}  // namespace earshot::verifier
