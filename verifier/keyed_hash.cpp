#include "verifier/keyed_hash.h"

#include <sodium.h>

#include <cstring>

namespace earshot::verifier {
namespace {

using Secret = ByteArray<crypto_shorthash_KEYBYTES>;
const Secret& secret() {
  static const Secret made = [] {
    Secret bytes{};
    crypto_shorthash_keygen(bytes.data());
    return bytes;
  }();
  return made;
}

}  // namespace

std::uint64_t keyed_hash(ByteView bytes) {
  ByteArray<crypto_shorthash_BYTES> digest{};
  crypto_shorthash(digest.data(), bytes.data(), bytes.size(), secret().data());
  std::uint64_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

}  // namespace earshot::verifier
