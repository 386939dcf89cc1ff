// Every key of a simulated world, from its seed and a name: SHA-256("earshot/v1/simulation" || 0x00
// || use || 0x00 || name || seed, 8 bytes). The same scenario has the same keys on every machine;
// none of them is a secret.
#pragma once
#include <string_view>

#include "core/bytes.h"
#include "rewards/chain/account.h"

namespace earshot::simulator {

ByteArray<32> derive_seed(std::uint64_t seed, std::string_view use, std::string_view name);
// An EVM account for "owner", "verifier", "deployer"... of this name.
rewards::chain::AccountKey derive_account(std::uint64_t seed, std::string_view use,
                                          std::string_view name);

}  // namespace earshot::simulator
