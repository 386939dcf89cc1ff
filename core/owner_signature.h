// What an owner signs for a hotspot: typed data (EIP-712) over an onboarding, with the key of an
// EVM account. Pure functions, any thread.
//
// Domain: name "Earshot", version "1", chain id. The struct's fields are those of core/messages.h
// without the signature itself: Onboarding(bytes32 hotspot,uint64 round,uint64 sequence,bytes32
// vrfKey,address owner,int64 xMm,int64 yMm,int64 zMm,uint64 s2Cell,int16 antennaGainDdbi,uint16
// region,bool transmits,uint8 clock).
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/hash.h"
#include "core/messages.h"

namespace earshot {

Hash256 keccak256(ByteView bytes);  // As Ethereum uses it: not SHA3-256.

// Who signed `digest`. Nothing for a signature that no key can have made, for an s in the upper
// half and for a v other than 27 and 28.
std::optional<EvmAddress> recover_evm_signer(const Hash256& digest, const EvmSignature& signature);

Hash256 onboarding_digest(NetworkId network, const Onboarding& onboarding);
// The signature is by `onboarding.owner` and covers every other field.
bool is_signed_by_owner(NetworkId network, const Onboarding& onboarding);

// The same as wallets take it (eth_signTypedData_v4): 64-bit integers as decimal strings.
nlohmann::json onboarding_typed_data(NetworkId network, const Onboarding& onboarding);
// Back from there. Errc::bad_data names the member that is missing or wrong.
Result<Onboarding> onboarding_from_typed_data(const nlohmann::json& data, NetworkId network);

}  // namespace earshot
