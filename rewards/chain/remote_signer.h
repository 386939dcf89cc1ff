// A key that never leaves another program, of a verifier or a payer: epochs, reservations and
// anchors are signed through JSON-RPC (eth_signTypedData_v4, as web3signer, wallets and nodes offer
// it, or clef's account_signTypedData). One thread at a time.
#pragma once
#include <string>

#include "rewards/chain/eip712.h"
#include "rewards/chain/json_rpc.h"

namespace earshot::rewards::chain {

// What is sent: the whole EIP-712 document, so that the signer can show and judge it.
std::string typed_data_of(const ContractDomain& domain, const Epoch& epoch);
std::string typed_data_of(const ContractDomain& domain, const channels::Anchor& anchor);
std::string reservation_typed_data(const ContractDomain& domain, const Hash256& anchor);

class RemoteSigner {
 public:
  RemoteSigner(JsonRpc rpc, const EvmAddress& account) : rpc_(std::move(rpc)), account_(account) {}

  // Checked before it is given on: Errc::check_failed when it is not `account`'s signature of just
  // this, or when the signer refuses; Errc::unavailable when it does not answer; Errc::bad_data
  // when what comes is no signature.
  Result<EvmSignature> sign(const ContractDomain& domain, const Epoch& epoch);
  Result<EvmSignature> sign(const ContractDomain& domain, const channels::Anchor& anchor);
  // Of an anchor, by its digest.
  Result<EvmSignature> sign_reservation(const ContractDomain& domain, const Hash256& anchor);
  const EvmAddress& account() const { return account_; }

 private:
  // `what`: "epoch", for messages.
  Result<EvmSignature> ask(const std::string& document, const Hash256& digest,
                           const std::string& what);

  JsonRpc rpc_;
  EvmAddress account_;
};

}  // namespace earshot::rewards::chain
