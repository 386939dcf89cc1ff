#include "rewards/chain/submitter.h"

#include <algorithm>

namespace earshot::rewards::chain {
namespace {

// Chosen: an estimate is of this moment's state; unused gas is given back.
std::uint64_t with_reserve(std::uint64_t gas) { return gas + gas / 5; }

Uint128 by_an_eighth(Uint128 fee) { return fee + (fee + 7) / 8; }

// Room for six full blocks in a row, each of which raises the base fee by an eighth.
Uint128 market_fee(Uint128 base_fee, Uint128 priority_fee) { return 2 * base_fee + priority_fee; }

bool is_same_call(const Journal& journal, NetworkId chain, const EvmAddress& from,
                  const std::optional<EvmAddress>& to, const Bytes& data) {
  const Transaction& transaction = journal.transaction;
  return transaction.chain_id == chain && journal.from == from && transaction.to == to &&
         transaction.data == data;
}

}  // namespace

void raise_fees(Transaction& transaction, Uint128 base_fee, Uint128 suggested_priority_fee,
                const FeeRules& rules) {
  const Uint128 priority = std::max(by_an_eighth(transaction.priority_fee), suggested_priority_fee);
  const Uint128 max_fee =
      std::max(by_an_eighth(transaction.max_fee), market_fee(base_fee, priority));
  transaction.max_fee = std::min(max_fee, rules.limit);
  transaction.priority_fee = std::min(priority, transaction.max_fee);
}

Result<Submitter> Submitter::begin(Node& node, const AccountKey& key,
                                   const std::optional<EvmAddress>& to, const Bytes& data,
                                   const std::string& journal_path, const FeeRules& rules) {
  Submitter submitter(node, key, journal_path, rules);
  Result<std::optional<Journal>> found = read_journal(journal_path);
  if (!found) return fail(found.error());
  if (!*found) {
    const Result<void> prepared = submitter.prepare(to, data);
    if (!prepared) return fail(prepared.error());
    return submitter;
  }
  const Result<NetworkId> chain = node.chain_id();
  if (!chain) return fail(chain.error());
  if (!is_same_call(**found, *chain, key.address, to, data)) {
    return fail(Errc::usage, journal_path +
                                 " holds another transaction: finish it first, or name "
                                 "another journal");
  }
  submitter.journal_ = std::move(**found);
  return submitter;
}

Result<void> Submitter::prepare(const std::optional<EvmAddress>& to, const Bytes& data) {
  const Result<NetworkId> chain = node_->chain_id();
  if (!chain) return fail(chain.error());
  const Result<std::uint64_t> gas = node_->estimate_gas(key_.address, to, data);
  if (!gas) return fail(gas.error());
  const Result<std::uint64_t> nonce = node_->next_nonce(key_.address);
  if (!nonce) return fail(nonce.error());
  const Result<Uint128> priority = node_->suggested_priority_fee();
  if (!priority) return fail(priority.error());
  const Result<BlockHead> head = node_->head();
  if (!head) return fail(head.error());

  const Uint128 max_fee = std::min(market_fee(head->base_fee, *priority), rules_.limit);
  journal_.from = key_.address;
  journal_.transaction = {*chain, *nonce, std::min(*priority, max_fee), max_fee, with_reserve(*gas),
                          to,     data};
  const Result<void> added = add_attempt();
  if (!added) return added;
  return broadcast();
}

Result<void> Submitter::add_attempt() {
  const Transaction& transaction = journal_.transaction;
  journal_.attempts.push_back(
      {transaction.priority_fee, transaction.max_fee, sign_transaction(key_, transaction)});
  looks_ = 0;
  return write_journal(path_, journal_);
}

// A node's refusal is no failure of ours: the transaction may be mined already ("nonce too low"),
// or its fee may have become too low, which the next raise mends.
Result<void> Submitter::broadcast() {
  const Result<void> sent = node_->send(journal_.attempts.back().signed_transaction);
  if (sent) return {};
  if (sent.error().code != Errc::check_failed) return sent;
  looks_ = rules_.looks_before_raise;
  return {};
}

Result<std::optional<Receipt>> Submitter::find_receipt() {
  for (auto attempt = journal_.attempts.rbegin(); attempt != journal_.attempts.rend(); ++attempt) {
    Result<std::optional<Receipt>> receipt = node_->receipt(attempt->signed_transaction.hash);
    if (!receipt || *receipt) return receipt;
  }
  return std::optional<Receipt>();
}

Result<Progress> Submitter::judge(const Receipt& receipt) {
  if (!receipt.succeeded) {
    return fail(Errc::check_failed, "transaction 0x" + to_hex(receipt.transaction) +
                                        " was reverted in block " +
                                        std::to_string(receipt.block_number));
  }
  Progress progress{Stage::mined, receipt.transaction, receipt};
  const Result<std::uint64_t> finalized = node_->finalized_number();
  if (!finalized) return fail(finalized.error());
  if (receipt.block_number > *finalized) return progress;
  const Result<std::optional<Hash256>> hash = node_->block_hash(receipt.block_number);
  if (!hash) return fail(hash.error());
  if (*hash == receipt.block_hash) progress.stage = Stage::final;
  return progress;
}

// The nonce is taken in a block, by ours (a node may count a transaction before it shows its
// receipt) or by another, which a reorganisation may still undo.
Result<Progress> Submitter::wait_for_receipt() {
  const Result<std::uint64_t> final_nonce = node_->finalized_nonce(key_.address);
  if (!final_nonce) return fail(final_nonce.error());
  const Result<std::optional<Receipt>> receipt = find_receipt();
  if (!receipt) return fail(receipt.error());
  if (*receipt) return judge(**receipt);
  if (*final_nonce <= journal_.transaction.nonce) {
    return Progress{Stage::waiting, journal_.attempts.back().signed_transaction.hash, std::nullopt};
  }
  return fail(Errc::check_failed, "another transaction of " + to_display(key_.address) +
                                      " took nonce " + std::to_string(journal_.transaction.nonce) +
                                      ", " + path_ + " can never be mined");
}

Result<Progress> Submitter::advance() {
  Result<std::optional<Receipt>> receipt = find_receipt();
  if (!receipt) return fail(receipt.error());
  if (*receipt) return judge(**receipt);

  const Result<std::uint64_t> nonce = node_->mined_nonce(key_.address);
  if (!nonce) return fail(nonce.error());
  if (*nonce > journal_.transaction.nonce) return wait_for_receipt();
  if (looks_++ >= rules_.looks_before_raise && journal_.transaction.max_fee < rules_.limit) {
    const Result<Uint128> priority = node_->suggested_priority_fee();
    if (!priority) return fail(priority.error());
    const Result<BlockHead> head = node_->head();
    if (!head) return fail(head.error());
    raise_fees(journal_.transaction, head->base_fee, *priority, rules_);
    const Result<void> added = add_attempt();
    if (!added) return fail(added.error());
  }
  const Result<void> sent = broadcast();
  if (!sent) return fail(sent.error());
  return Progress{Stage::waiting, journal_.attempts.back().signed_transaction.hash, std::nullopt};
}

Result<Receipt> wait_until_final(Submitter& submitter, unsigned looks,
                                 const std::function<void()>& pause) {
  Error last{Errc::unavailable, "the transaction was not looked at"};
  for (unsigned look = 0; look < looks; ++look) {
    if (look > 0) pause();
    const Result<Progress> progress = submitter.advance();
    if (!progress) {
      if (progress.error().code != Errc::unavailable) return fail(progress.error());
      last = progress.error();
      continue;
    }
    if (progress->stage == Stage::final) return *progress->receipt;
    last = {Errc::unavailable,
            "transaction 0x" + to_hex(progress->transaction) +
                (progress->stage == Stage::mined ? " is mined but not final" : " is not mined") +
                " after " + std::to_string(look + 1) + " looks: run the same command again"};
  }
  return fail(last);
}

}  // namespace earshot::rewards::chain
