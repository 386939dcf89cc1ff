#include "rewards/chain/account.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "rewards/payout_tree.h"
#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

// The order of secp256k1's group (SEC 2, section 2.4.1).
constexpr const char* kGroupOrder =
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

// n - s: the other s that satisfies the same equation.
EvmSignature with_high_s(EvmSignature signature) {
  const ByteArray<32> order = *array_from_hex<32>(kGroupOrder);
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int difference = order[i] - signature[32 + i] - borrow;
    borrow = difference < 0 ? 1 : 0;
    signature[32 + i] = static_cast<std::uint8_t>(difference + 256 * borrow);
  }
  signature[64] = signature[64] == 27 ? 28 : 27;
  return signature;
}

TEST(Account, KeccakIsWhatCastComputes) {
  EXPECT_EQ(prefixed_hex(keccak256({})), evm_vector("keccak_of_nothing"));
  EXPECT_EQ(prefixed_hex(keccak256(as_bytes("earshot"))), evm_vector("keccak_of_text"));
}

TEST(Account, AddressOfAKeyIsWhatCastComputes) {
  EXPECT_EQ(to_display(account_key(evm_vector_secret())->address), evm_vector("address_of_key"));
}

TEST(Account, KeysOutsideTheGroupAreRefused) {
  EXPECT_EQ(account_key({}).error().code, Errc::bad_data);
  EXPECT_EQ(account_key(*array_from_hex<32>(kGroupOrder)).error().code, Errc::bad_data);
}

TEST(Account, SignerIsRecovered) {
  const AccountKey key = *account_key(evm_vector_secret());
  const Hash256 digest = keccak256(as_bytes("digest"));
  const EvmSignature signature = sign_digest(key, digest);
  EXPECT_EQ(recover_signer(digest, signature), key.address);
  EXPECT_NE(recover_signer(keccak256(as_bytes("another")), signature), key.address);
}

TEST(Account, HighSAndOddRecoveryBytesAreVoid) {
  const AccountKey key = *account_key(evm_vector_secret());
  const Hash256 digest = keccak256(as_bytes("digest"));
  EvmSignature signature = sign_digest(key, digest);
  EXPECT_EQ(recover_signer(digest, with_high_s(signature)), std::nullopt);
  EXPECT_EQ(with_high_s(with_high_s(signature)), signature);
  for (const int v : {0, 1, 26, 29, 255}) {
    signature[64] = static_cast<std::uint8_t>(v);
    EXPECT_EQ(recover_signer(digest, signature), std::nullopt) << v;
  }
}

TEST(Account, AddressesShowTheChecksumOfEip55) {
  const std::string shown = evm_vector("checksum");
  std::string lower = shown;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  EXPECT_EQ(to_display(*parse_address(lower)), shown);
  EXPECT_EQ(*parse_address(shown), *parse_address(lower));
}

TEST(Account, MistypedAddressesAreRefused) {
  std::string text = kEvmVectorAccount;
  std::swap(text[2], text[3]);
  ASSERT_FALSE(parse_address(text));
  EXPECT_NE(parse_address(text).error().detail.find("checksum"), std::string::npos);
  EXPECT_FALSE(parse_address(std::string(kEvmVectorAccount).substr(2)));
  EXPECT_FALSE(parse_address(std::string(kEvmVectorAccount) + "00"));
  EXPECT_FALSE(parse_address("0x"));
}

}  // namespace
}  // namespace earshot::rewards::chain
