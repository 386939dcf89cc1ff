// A channel as its payer and the verifiers open it: keys by number, chain and signatures.
#pragma once
#include "rewards/chain/eip712.h"
#include "rewards/channels/hash_chain.h"
#include "rewards/channels/settlement.h"

namespace earshot::rewards::channels {

inline chain::AccountKey numbered_account(std::uint8_t number) {
  ByteArray<32> secret{};
  secret.back() = number;
  return *chain::account_key(secret);
}

struct OpenChannel {
  HashChain words;
  SignedAnchor opening;

  ChannelEnd end(std::uint32_t units) { return {opening, units, words.preimage(units)}; }
};

// `number` makes the chain's secret; every key in `verifiers` reserves.
inline OpenChannel open_channel(const chain::ContractDomain& domain, const chain::AccountKey& payer,
                                const PublicKey& hotspot, std::uint64_t epoch,
                                std::uint64_t unit_price, std::uint32_t units, std::uint64_t number,
                                std::span<const chain::AccountKey> verifiers) {
  Writer secret;
  secret.put(number);
  HashChain words(sha256(secret.bytes()), units);
  SignedAnchor opening{.anchor = {payer.address, hotspot, epoch, unit_price, units, words.tip()},
                       .reservations = {}};
  const Hash256 digest = chain::anchor_digest(domain, opening.anchor);
  opening.payer_signature = sign_digest(payer, digest);
  for (const chain::AccountKey& verifier : verifiers) {
    opening.reservations.push_back(
        sign_digest(verifier, chain::reservation_digest(domain, digest)));
  }
  return {std::move(words), std::move(opening)};
}

}  // namespace earshot::rewards::channels
