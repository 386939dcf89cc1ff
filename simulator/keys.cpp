#include "simulator/keys.h"

#include "core/hash.h"

namespace earshot::simulator {

ByteArray<32> derive_seed(std::uint64_t seed, std::string_view use, std::string_view name) {
  Writer number;
  number.put(seed);
  const ByteArray<1> zero{};
  return sha256({as_bytes("earshot/v1/simulation"), zero, as_bytes(use), zero, as_bytes(name),
                 number.bytes()});
}

rewards::chain::AccountKey derive_account(std::uint64_t seed, std::string_view use,
                                          std::string_view name) {
  ByteArray<32> secret = derive_seed(seed, use, name);
  Result<rewards::chain::AccountKey> key = rewards::chain::account_key(secret);
  // Not a valid scalar once in 2^128 tries: its hash then is.
  while (!key) {
    secret = sha256(secret);
    key = rewards::chain::account_key(secret);
  }
  return *key;
}

}  // namespace earshot::simulator
