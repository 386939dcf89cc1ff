// Accounts of the chain: secp256k1 keys, addresses, signatures of 32-byte digests (libsecp256k1).
// Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/messages.h"

namespace earshot::rewards::chain {

struct AccountKey {
  ByteArray<32> secret{};
  EvmAddress address{};
};

// Errc::bad_data when `secret` is zero or not below the group's order.
Result<AccountKey> account_key(const ByteArray<32>& secret);
// A key file as core/identity.h has them (64 hex digits, mode 0600), with its errors.
Result<AccountKey> read_account_key(const std::string& path);

// Deterministic (RFC 6979); s is in the lower half, v is 27 or 28. Precondition: the key came from
// one of the functions above.
EvmSignature sign_digest(const AccountKey& key, const Hash256& digest);
// Who signed `digest`. Nothing for a signature that no key can have made, for an s in the upper
// half and for a v other than 27 and 28, because the contract takes neither.
std::optional<EvmAddress> recover_signer(const Hash256& digest, const EvmSignature& signature);

// "0x" and 40 digits, whose case is the checksum of EIP-55.
std::string to_display(const EvmAddress& address);
// All digits of one case, or mixed with a right checksum. Errc::bad_data otherwise.
Result<EvmAddress> parse_address(std::string_view text);

}  // namespace earshot::rewards::chain
