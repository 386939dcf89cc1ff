#include "rewards/chain/contract_events.h"

#include <algorithm>
#include <map>

#include "rewards/amount.h"
#include "rewards/chain/abi.h"
#include "rewards/chain/account.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

std::vector<Word> words_of(const Bytes& data) {
  std::vector<Word> words(data.size() / std::tuple_size_v<Word>);
  Reader reader(data);
  for (Word& word : words) word = reader.get_array<32>();
  return words;
}

// Of an event that names an account first and then a uint128.
Result<AccountTotal> first_amount(const Event& event) {
  const std::vector<Word> words = words_of(event.data);
  if (event.topics.size() != 2 || words.empty()) {
    return fail(Errc::bad_data, "node sent an event that lacks its account or amount");
  }
  const Result<EvmAddress> account = address_of(event.topics[1]);
  if (!account) return fail(account.error());
  const Result<Uint128> amount = uint128_of(words[0]);
  if (!amount) return fail(amount.error());
  return AccountTotal{*account, *amount};
}

// SignersChanged: threshold, offset of the array (64), its length, its items.
Result<SignerSets> signer_set_of(const Event& event) {
  const std::vector<Word> words = words_of(event.data);
  const auto bad = [] { return fail(Errc::bad_data, "node sent an event that is no signer set"); };
  if (words.size() < 3) return bad();
  const Result<std::uint64_t> threshold = uint64_of(words[0]);
  const Result<std::uint64_t> count = uint64_of(words[2]);
  if (!threshold || !count || *count != words.size() - 3 || *threshold == 0) return bad();
  SignerSets set{*threshold, {}};
  for (const Word& word : std::span(words).subspan(3)) {
    const Result<EvmAddress> signer = address_of(word);
    if (!signer) return bad();
    set.signers.push_back(*signer);
  }
  return set;
}

}  // namespace

Hash256 deposited_event() { return keccak256(as_bytes("Deposited(address,uint128,uint128)")); }

Hash256 withdrawn_event() { return keccak256(as_bytes("Withdrawn(address,uint128)")); }

Hash256 signers_changed_event() {
  return keccak256(as_bytes("SignersChanged(uint64,uint64,address[])"));
}

Result<std::vector<AccountTotal>> deposits_of(std::span<const Event> deposited,
                                              std::span<const Event> withdrawn) {
  std::map<EvmAddress, Uint128> amounts;
  for (const Event& event : deposited) {
    const Result<AccountTotal> moved = first_amount(event);
    if (!moved) return fail(moved.error());
    const std::optional<Uint128> sum = checked_sum(amounts[moved->account], moved->cumulative);
    if (!sum) return fail(Errc::bad_data, "node sent deposits that leave 128 bits");
    amounts[moved->account] = *sum;
  }
  for (const Event& event : withdrawn) {
    const Result<AccountTotal> moved = first_amount(event);
    if (!moved) return fail(moved.error());
    if (amounts[moved->account] < moved->cumulative) {
      return fail(Errc::bad_data, "node sent withdrawals of " + to_display(moved->account) +
                                      " without its deposits");
    }
    amounts[moved->account] -= moved->cumulative;
  }
  std::vector<AccountTotal> deposits;
  deposits.reserve(amounts.size());
  for (const auto& [payer, amount] : amounts) deposits.push_back({payer, amount});
  return deposits;
}

Result<SignerSets> signer_sets_of(std::span<const Event> signers_changed) {
  SignerSets sets;
  const std::size_t first = signers_changed.size() > 1 ? signers_changed.size() - 2 : 0;
  for (std::size_t i = first; i < signers_changed.size(); ++i) {
    const Result<SignerSets> one = signer_set_of(signers_changed[i]);
    if (!one) return fail(one.error());
    sets.threshold = i == first ? one->threshold : std::min(sets.threshold, one->threshold);
    sets.signers.insert(sets.signers.end(), one->signers.begin(), one->signers.end());
  }
  std::sort(sets.signers.begin(), sets.signers.end());
  sets.signers.erase(std::unique(sets.signers.begin(), sets.signers.end()), sets.signers.end());
  return sets;
}

}  // namespace earshot::rewards::chain
