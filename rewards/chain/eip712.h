// Typed data that keys sign (EIP-712): what verifiers sign for an epoch and for a rotation, and
// what an owner signs for a hotspot. Pure functions, any thread.
//
//     digest = keccak256(0x19 0x01 || domain separator || struct hash)
#pragma once
#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/messages.h"
#include "rewards/chain/account.h"
#include "rewards/chain/epoch.h"
#include "rewards/channels/anchor.h"

namespace earshot::rewards::chain {

// Which contract on which chain: signatures for one mean nothing to another.
struct ContractDomain {
  NetworkId chain_id = 0;
  EvmAddress contract{};
  bool operator==(const ContractDomain&) const = default;
};

// Domain: name "EarshotRewards", version "1", chain id, contract.
Hash256 epoch_digest(const ContractDomain& domain, const Epoch& epoch);
Hash256 rotation_digest(const ContractDomain& domain, const Rotation& rotation);
// What a payer signs to open a channel; it is the channel's id. Anchor(address payer,bytes32
// hotspot,uint64 epoch,uint64 unitPrice,uint32 maxUnits,bytes32 tip).
Hash256 anchor_digest(const ContractDomain& domain, const channels::Anchor& anchor);
// What a verifier signs to reserve an anchor's maximum. Reservation(bytes32 anchor).
Hash256 reservation_digest(const ContractDomain& domain, const Hash256& anchor);

// Signatures of `digest` as the contract wants them: `threshold` of them, ascending by signer, one
// per signer. Errc::bad_signature for one that does not recover; Errc::check_failed for too few.
Result<Bytes> join_signatures(const Hash256& digest, std::span<const EvmSignature> signatures,
                              std::size_t threshold);

// Domain: name "Earshot", version "1", chain id. The struct's fields are those of core/messages.h
// without the signature itself: Onboarding(bytes32 hotspot,uint64 round,uint64 sequence,bytes32
// vrfKey,address owner,int64 xMm,int64 yMm,int64 zMm,uint64 s2Cell,int16 antennaGainDdbi,uint16
// region,bool transmits,uint8 clock).
Hash256 onboarding_digest(NetworkId network, const Onboarding& onboarding);
// Fills `owner` (the key's address) and `owner_signature`.
void sign_onboarding(const AccountKey& owner, NetworkId network, Onboarding& onboarding);
// The signature is by `onboarding.owner` and covers every other field.
bool verify_onboarding_owner(NetworkId network, const Onboarding& onboarding);

}  // namespace earshot::rewards::chain
