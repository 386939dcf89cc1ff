#include "rewards/chain/account.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <algorithm>
#include <cassert>
#include <memory>

#include "core/identity.h"
#include "core/owner_signature.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

constexpr std::uint8_t kRecoveryBase =
    27;  // Given: v of Ethereum's signatures (EIP-191, ecrecover).
constexpr std::size_t kCompactBytes = 64;    // r || s
constexpr std::size_t kPublicKeyBytes = 65;  // 0x04 || x || y

// Tables that never change once they are made; made at the first use, by one thread.
const secp256k1_context* context() {
  struct Destroy {
    void operator()(secp256k1_context* made) const { secp256k1_context_destroy(made); }
  };
  static const std::unique_ptr<secp256k1_context, Destroy> made(
      secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY));
  return made.get();
}

EvmAddress address_of_key(const secp256k1_pubkey& key) {
  ByteArray<kPublicKeyBytes> bytes{};
  std::size_t size = bytes.size();
  secp256k1_ec_pubkey_serialize(context(), bytes.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  const Hash256 hash = keccak256(ByteView(bytes).subspan(1));
  EvmAddress address{};
  std::copy(hash.begin() + 12, hash.end(), address.begin());
  return address;
}

bool is_upper(char c) { return c >= 'A' && c <= 'F'; }
bool is_lower(char c) { return c >= 'a' && c <= 'f'; }

}  // namespace

Result<AccountKey> account_key(const ByteArray<32>& secret) {
  secp256k1_pubkey key;
  if (secp256k1_ec_pubkey_create(context(), &key, secret.data()) == 0) {
    return fail(Errc::bad_data, "account key is zero or not below the order of secp256k1");
  }
  return AccountKey{secret, address_of_key(key)};
}

Result<AccountKey> read_account_key(const std::string& path) {
  const Result<SigningKey> file = read_key_file(path);
  if (!file) return fail(file.error());
  Result<AccountKey> key = account_key(file->seed);
  if (!key) return fail(Errc::bad_data, path + ": " + key.error().detail);
  return key;
}

EvmSignature sign_digest(const AccountKey& key, const Hash256& digest) {
  secp256k1_ecdsa_recoverable_signature signature;
  const int made = secp256k1_ecdsa_sign_recoverable(context(), &signature, digest.data(),
                                                    key.secret.data(), nullptr, nullptr);
  assert(made == 1 && "an account key is valid by construction");
  EvmSignature out{};
  int recovery = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), out.data(), &recovery,
                                                          &signature);
  out[kCompactBytes] = static_cast<std::uint8_t>(kRecoveryBase + recovery);
  return out;
}

std::optional<EvmAddress> recover_signer(const Hash256& digest, const EvmSignature& signature) {
  return recover_evm_signer(digest, signature);
}

std::string to_display(const EvmAddress& address) {
  std::string digits = to_hex(address);
  const std::string checksum = to_hex(keccak256(as_bytes(digits)));
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (is_lower(digits[i]) && checksum[i] >= '8') digits[i] = static_cast<char>(digits[i] - 32);
  }
  return "0x" + digits;
}

Result<EvmAddress> parse_address(std::string_view text) {
  const Result<EvmAddress> address = array_from_hex<20>(text);
  if (!address || !text.starts_with("0x")) {
    return fail(Errc::bad_data,
                "found \"" + std::string(text) + "\", an address is 0x and 40 hexadecimal digits");
  }
  const std::string_view digits = text.substr(2);
  const bool mixed = std::any_of(digits.begin(), digits.end(), is_upper) &&
                     std::any_of(digits.begin(), digits.end(), is_lower);
  if (mixed && to_display(*address) != text) {
    return fail(Errc::bad_data, "address " + std::string(text) +
                                    " has a wrong checksum (EIP-55), a digit may be mistyped");
  }
  return address;
}

}  // namespace earshot::rewards::chain
