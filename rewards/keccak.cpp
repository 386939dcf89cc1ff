// The one file that knows Crypto++.
#include <cryptopp/keccak.h>

#include "rewards/payout_tree.h"

namespace earshot::rewards {

Hash256 keccak256(ByteView bytes) {
  Hash256 digest{};
  CryptoPP::Keccak_256 keccak;
  keccak.Update(bytes.data(), bytes.size());
  keccak.Final(digest.data());
  return digest;
}

}  // namespace earshot::rewards
