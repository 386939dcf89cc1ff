#include "rewards/channels/opening.h"

#include <algorithm>
#include <set>

namespace earshot::rewards::channels {

Result<void> check_opening(const SignedAnchor& opening, const chain::ContractDomain& domain,
                           std::span<const EvmAddress> verifiers, std::size_t needed) {
  const Hash256 id = chain::anchor_digest(domain, opening.anchor);
  if (chain::recover_signer(id, opening.payer_signature) != opening.anchor.payer) {
    return fail(Errc::bad_signature, "the anchor is not signed by its payer " +
                                         chain::to_display(opening.anchor.payer) +
                                         ", or for another contract");
  }
  const Hash256 reservation = chain::reservation_digest(domain, id);
  std::set<EvmAddress> found;
  for (const EvmSignature& signature : opening.reservations) {
    const std::optional<EvmAddress> signer = chain::recover_signer(reservation, signature);
    if (signer && std::ranges::binary_search(verifiers, *signer)) found.insert(*signer);
  }
  if (found.size() >= needed) return {};
  return fail(Errc::check_failed, "the anchor has reservations of " + std::to_string(found.size()) +
                                      " verifiers, expected " + std::to_string(needed));
}

}  // namespace earshot::rewards::channels
