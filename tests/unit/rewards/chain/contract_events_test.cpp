#include "rewards/chain/contract_events.h"

#include <gtest/gtest.h>

#include "rewards/chain/abi.h"

namespace earshot::rewards::chain {
namespace {

EvmAddress address(std::uint8_t last) {
  EvmAddress out{};
  out.back() = last;
  return out;
}

// A move of so much, with a word after the amount as Deposited has one.
Event moved(std::uint8_t account, Uint128 amount) {
  Event event{{deposited_event(), word_of(address(account))}, {}};
  for (const Word& word : {word_of(amount), word_of(Uint128{9})}) {
    event.data.insert(event.data.end(), word.begin(), word.end());
  }
  return event;
}

Event changed(std::uint64_t threshold, const std::vector<std::uint8_t>& signers) {
  Event event{{signers_changed_event()}, {}};
  std::vector<Word> words = {word_of(Uint128{threshold}), word_of(Uint128{64}),
                             word_of(Uint128{signers.size()})};
  for (const std::uint8_t signer : signers) words.push_back(word_of(address(signer)));
  for (const Word& word : words) event.data.insert(event.data.end(), word.begin(), word.end());
  return event;
}

TEST(DepositEvents, AddUpForEachPayer) {
  const std::vector<Event> in = {moved(2, 50), moved(1, 7), moved(2, 5)};
  const std::vector<Event> out = {moved(2, 15), moved(1, 7)};
  EXPECT_EQ(deposits_of(in, out).value(),
            (std::vector<AccountTotal>{{address(1), 0}, {address(2), 40}}));
}

TEST(DepositEvents, ThatCannotBeAreRefused) {
  const Uint128 half = Uint128{1} << 127;
  EXPECT_EQ(deposits_of(std::vector{moved(1, half), moved(1, half)}, {}).error().detail,
            "node sent deposits that leave 128 bits");
  EXPECT_NE(deposits_of(std::vector{moved(1, 5)}, std::vector{moved(1, 6)})
                .error()
                .detail.find("without its deposits"),
            std::string::npos);
  Event bare = moved(1, 5);
  bare.topics.pop_back();
  EXPECT_EQ(deposits_of(std::vector{bare}, {}).error().code, Errc::bad_data);
  Event empty = moved(1, 5);
  empty.data.clear();
  EXPECT_EQ(deposits_of({}, std::vector{empty}).error().code, Errc::bad_data);
}

TEST(SignerEvents, OfTheLastTwoChangesCount) {
  const std::vector<Event> changes = {changed(3, {1, 2, 3}), changed(2, {4, 5}),
                                      changed(1, {5, 6})};
  const SignerSets sets = signer_sets_of(changes).value();
  EXPECT_EQ(sets.threshold, 1U);
  EXPECT_EQ(sets.signers, (std::vector{address(4), address(5), address(6)}));
  EXPECT_EQ(signer_sets_of({})->threshold, 0U);
}

TEST(SignerEvents, WithAnotherCountOrNoThresholdAreRefused) {
  Event longer = changed(1, {1, 2});
  longer.data.resize(longer.data.size() + 32);
  EXPECT_EQ(signer_sets_of(std::vector{longer}).error().code, Errc::bad_data);
  EXPECT_EQ(signer_sets_of(std::vector{changed(0, {1})}).error().code, Errc::bad_data);
}

}  // namespace
}  // namespace earshot::rewards::chain
