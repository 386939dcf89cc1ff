// What a hotspot checks, without a network, before it serves a channel: that the payer signed it
// and that enough verifiers reserved its maximum. Pure, any thread.
#pragma once
#include <span>

#include "rewards/chain/eip712.h"
#include "rewards/channels/anchor.h"

namespace earshot::rewards::channels {

// `verifiers` ascending, `needed` of them. Errc::bad_signature when the payer did not sign,
// Errc::check_failed when fewer reserved.
Result<void> check_opening(const SignedAnchor& opening, const chain::ContractDomain& domain,
                           std::span<const EvmAddress> verifiers, std::size_t needed);

}  // namespace earshot::rewards::channels
