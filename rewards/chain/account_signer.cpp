#include "rewards/chain/account_signer.h"

namespace earshot::rewards::chain {

Result<EvmSignature> AccountSigner::sign(const ContractDomain& domain, const Epoch& epoch) {
  if (const auto* key = std::get_if<AccountKey>(&with_)) {
    return sign_digest(*key, epoch_digest(domain, epoch));
  }
  const std::lock_guard lock(mutex_);
  return std::get<RemoteSigner>(with_).sign(domain, epoch);
}

Result<EvmSignature> AccountSigner::sign_reservation(const ContractDomain& domain,
                                                     const Hash256& anchor) {
  if (const auto* key = std::get_if<AccountKey>(&with_)) {
    return sign_digest(*key, reservation_digest(domain, anchor));
  }
  const std::lock_guard lock(mutex_);
  return std::get<RemoteSigner>(with_).sign_reservation(domain, anchor);
}

}  // namespace earshot::rewards::chain
