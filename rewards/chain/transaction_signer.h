// Who signs transactions: a key of our own, or another program that holds the key and is asked by
// JSON-RPC (eth_signTransaction, as web3signer, wallets and nodes offer it, or clef's
// account_signTransaction). What that program gives back is believed only as far as it is checked:
// the same transaction, signed by the account that was asked for.
//
// A signer that sends by itself (eth_sendTransaction) is not used: a transaction has to be on disk
// before it is on the wire. One thread at a time.
#pragma once
#include <variant>

#include "rewards/chain/json_rpc.h"
#include "rewards/chain/transaction.h"

namespace earshot::rewards::chain {

class TransactionSigner {
 public:
  TransactionSigner(const AccountKey& key)  // NOLINT(google-explicit-constructor): a key is one.
      : account_(key.address), with_(key) {}
  TransactionSigner(JsonRpc rpc, const EvmAddress& account)
      : account_(account), with_(std::move(rpc)) {}

  const EvmAddress& address() const { return account_; }
  // Errc::check_failed when the signer refuses, or has changed the transaction or signed with
  // another key: the message names what. Errc::unavailable when it does not answer; Errc::bad_data
  // when what comes is no transaction.
  Result<SignedTransaction> sign(const Transaction& transaction);

 private:
  EvmAddress account_;
  std::variant<AccountKey, JsonRpc> with_;
};

}  // namespace earshot::rewards::chain
