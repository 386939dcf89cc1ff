// Who signs typed data for a verifier: a key of our own, or another program that holds the key
// (remote_signer.h). Any thread; another program is asked one thing at a time.
#pragma once
#include <mutex>
#include <variant>

#include "rewards/chain/remote_signer.h"

namespace earshot::rewards::chain {

class AccountSigner {
 public:
  explicit AccountSigner(const AccountKey& key) : account_(key.address), with_(key) {}
  explicit AccountSigner(RemoteSigner signer)
      : account_(signer.account()), with_(std::move(signer)) {}

  const EvmAddress& address() const { return account_; }
  // Errors are those of a remote signer: our own key signs always.
  Result<EvmSignature> sign(const ContractDomain& domain, const Epoch& epoch);
  Result<EvmSignature> sign_reservation(const ContractDomain& domain, const Hash256& anchor);

 private:
  EvmAddress account_;
  std::mutex mutex_;  // Of a remote signer.
  std::variant<AccountKey, RemoteSigner> with_;
};

}  // namespace earshot::rewards::chain
