#include "rewards/chain/submitter.h"

#include <algorithm>

namespace earshot::rewards::chain {
namespace {

// Chosen: an estimate is of this moment's state; unused gas is given back.
std::uint64_t with_reserve(std::uint64_t gas) { return gas + gas / 5; }

Uint128 by_an_eighth(Uint128 fee) { return fee + (fee + 7) / 8; }

// Room for six full blocks in a row, each of which raises the base fee by an eighth.
Uint128 market_fee(Uint128 base_fee, Uint128 priority_fee) { return 2 * base_fee + priority_fee; }

Error holds_another(const std::string& journal) {
  return {Errc::usage,
          journal + " holds another transaction: finish it first, or name another journal"};
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

Result<Submitter> Submitter::begin(Node& node, const TransactionSigner& signer,
                                   const std::optional<EvmAddress>& to, const Bytes& data,
                                   const std::string& journal_path, const FeeRules& rules) {
  Result<std::optional<Submitter>> kept = resume(node, signer, to, journal_path, rules);
  if (!kept) return fail(kept.error());
  if (*kept) {
    if ((*kept)->journal_.transaction.data != data) return fail(holds_another(journal_path));
    return std::move(**kept);
  }
  Submitter submitter(node, signer, journal_path, rules);
  const Result<void> prepared = submitter.prepare(to, data);
  if (!prepared) return fail(prepared.error());
  return submitter;
}

Result<std::optional<Submitter>> Submitter::resume(Node& node, const TransactionSigner& signer,
                                                   const std::optional<EvmAddress>& to,
                                                   const std::string& journal_path,
                                                   const FeeRules& rules) {
  Result<std::optional<Journal>> found = read_journal(journal_path);
  if (!found) return fail(found.error());
  if (!*found) return std::optional<Submitter>();
  const Result<NetworkId> chain = node.chain_id();
  if (!chain) return fail(chain.error());
  const Transaction& transaction = (*found)->transaction;
  if (transaction.chain_id != *chain || (*found)->from != signer.address() ||
      transaction.to != to) {
    return fail(holds_another(journal_path));
  }
  Submitter submitter(node, signer, journal_path, rules);
  submitter.journal_ = std::move(**found);
  return std::optional<Submitter>(std::move(submitter));
}

Result<void> Submitter::prepare(const std::optional<EvmAddress>& to, const Bytes& data) {
  const Result<NetworkId> chain = node_->chain_id();
  if (!chain) return fail(chain.error());
  const Result<std::uint64_t> gas = node_->estimate_gas(signer_.address(), to, data);
  if (!gas) return fail(gas.error());
  const Result<std::uint64_t> nonce = node_->next_nonce(signer_.address());
  if (!nonce) return fail(nonce.error());
  const Result<Uint128> priority = node_->suggested_priority_fee();
  if (!priority) return fail(priority.error());
  const Result<BlockHead> head = node_->head();
  if (!head) return fail(head.error());

  const Uint128 max_fee = std::min(market_fee(head->base_fee, *priority), rules_.limit);
  journal_.from = signer_.address();
  const Result<void> added = add_attempt(
      {*chain, *nonce, std::min(*priority, max_fee), max_fee, with_reserve(*gas), to, data});
  if (!added) return added;
  return broadcast();
}

Result<void> Submitter::add_attempt(const Transaction& transaction) {
  const Result<SignedTransaction> made = signer_.sign(transaction);
  if (!made) return fail(made.error());
  journal_.transaction = transaction;
  journal_.attempts.push_back({transaction.priority_fee, transaction.max_fee, *made});
  looks_ = 0;
  return write_journal(path_, journal_);
}

// A node's refusal is no failure of ours: its fee may have become too low, which the next raise
// mends.
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
    is_lost_ = true;
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
// receipt, even as if in a final block) or by another, which a reorganisation may still undo.
Result<Progress> Submitter::wait_for_receipt() {
  const Result<std::uint64_t> final_nonce = node_->finalized_nonce(signer_.address());
  if (!final_nonce) return fail(final_nonce.error());
  const Result<std::optional<Receipt>> receipt = find_receipt();
  if (!receipt) return fail(receipt.error());
  if (*receipt) return judge(**receipt);
  const bool is_taken = *final_nonce > journal_.transaction.nonce;
  looks_at_loss_ = is_taken ? looks_at_loss_ + 1 : 0;
  if (looks_at_loss_ < rules_.looks_before_lost) {
    return Progress{Stage::waiting, journal_.attempts.back().signed_transaction.hash, std::nullopt};
  }
  is_lost_ = true;
  return fail(Errc::check_failed, "another transaction of " + to_display(signer_.address()) +
                                      " took nonce " + std::to_string(journal_.transaction.nonce) +
                                      ", " + path_ + " can never be mined");
}

Result<Progress> Submitter::advance() {
  Result<std::optional<Receipt>> receipt = find_receipt();
  if (!receipt) return fail(receipt.error());
  if (*receipt) return judge(**receipt);

  const Result<std::uint64_t> nonce = node_->mined_nonce(signer_.address());
  if (!nonce) return fail(nonce.error());
  if (*nonce > journal_.transaction.nonce) return wait_for_receipt();
  if (looks_++ >= rules_.looks_before_raise && journal_.transaction.max_fee < rules_.limit) {
    const Result<Uint128> priority = node_->suggested_priority_fee();
    if (!priority) return fail(priority.error());
    const Result<BlockHead> head = node_->head();
    if (!head) return fail(head.error());
    Transaction dearer = journal_.transaction;
    raise_fees(dearer, head->base_fee, *priority, rules_);
    const Result<void> added = add_attempt(dearer);
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
