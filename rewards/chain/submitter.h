// Brings one transaction to the chain and stays with it until it is final.
//
//     on disk before it is on the wire; one nonce, so at most one attempt can ever be mined;
//     done only when the block that holds it is finalized
//
// A node may forget the transaction, the chain may take its block back, the program may die: begin
// again with the same journal and it goes on where it was.
#pragma once
#include <functional>
#include <string>

#include "rewards/chain/journal.h"
#include "rewards/chain/node.h"
#include "rewards/chain/transaction_signer.h"

namespace earshot::rewards::chain {

struct FeeRules {
  // Looks at the node without finding the transaction in a block before its fee is raised.
  unsigned looks_before_raise = 12;
  // Looks that find the nonce taken in a final block, and no receipt of ours, before that counts: a
  // node may for a moment count a transaction for which it has no receipt yet.
  unsigned looks_before_lost = 3;
  // Per gas, in wei. Chosen: some hundred times an ordinary fee; never exceeded.
  Uint128 limit = 500'000'000'000;
};
// Both fees by an eighth, rounded up, which is the least that nodes take for a replacement, or what
// the market asks now if that is more; not above the limit.
void raise_fees(Transaction& transaction, Uint128 base_fee, Uint128 suggested_priority_fee,
                const FeeRules& rules);

enum class Stage { waiting, mined, final };
struct Progress {
  Stage stage = Stage::waiting;
  Hash256 transaction{};           // The attempt that was mined, or the newest one.
  std::optional<Receipt> receipt;  // From `mined` on.
};

class Submitter {
 public:
  // Takes the transaction up from `journal_path`, or writes it there and sends it. `node` outlives
  // this. Errc::usage when the journal is of another transaction (other chain, sender, receiver or
  // data), Errc::check_failed when the contract or the signer refuses it.
  static Result<Submitter> begin(Node& node, const TransactionSigner& signer,
                                 const std::optional<EvmAddress>& to, const Bytes& data,
                                 const std::string& journal_path, const FeeRules& rules = {});

  // Takes up what `journal_path` holds, whatever its data; nothing when there is no such file.
  // Errc::usage when it is of another chain, sender or receiver.
  static Result<std::optional<Submitter>> resume(Node& node, const TransactionSigner& signer,
                                                 const std::optional<EvmAddress>& to,
                                                 const std::string& journal_path,
                                                 const FeeRules& rules = {});

  // One look at the node, and what follows from it: broadcast again, raise the fee, or nothing.
  // Errc::check_failed when it was mined and reverted, or when another transaction took its nonce.
  Result<Progress> advance();

  // After an error of advance: no attempt can succeed any more.
  bool is_lost() const { return is_lost_; }
  std::size_t attempts() const { return journal_.attempts.size(); }
  const Transaction& transaction() const { return journal_.transaction; }  // The newest attempt.

 private:
  Submitter(Node& node, const TransactionSigner& signer, std::string path, const FeeRules& rules)
      : node_(&node), signer_(signer), path_(std::move(path)), rules_(rules) {}
  Result<void> prepare(const std::optional<EvmAddress>& to, const Bytes& data);
  Result<void> add_attempt(const Transaction& transaction);
  Result<void> broadcast();
  Result<std::optional<Receipt>> find_receipt();
  Result<Progress> judge(const Receipt& receipt);
  Result<Progress> wait_for_receipt();

  Node* node_;
  TransactionSigner signer_;
  std::string path_;
  FeeRules rules_;
  Journal journal_;
  unsigned looks_ = 0;          // Since the newest attempt.
  unsigned looks_at_loss_ = 0;  // In a row.
  bool is_lost_ = false;
};

// Looks until the transaction is final, at most `looks` times, with `pause` between them (sleep, or
// mine a block). A node that does not answer for a while is asked again. Errc::unavailable when the
// looks are used up: the journal stays, and the same call goes on later.
Result<Receipt> wait_until_final(Submitter& submitter, unsigned looks,
                                 const std::function<void()>& pause);

}  // namespace earshot::rewards::chain
