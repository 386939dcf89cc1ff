// links: core
// What proves something: a Merkle path, a VRF proof, a signature. Only the one made with the key,
// or from the tree, is taken, whatever else comes.
#include <sodium.h>

#include <algorithm>
#include <cstdlib>

#include "core/ed25519_lanes.h"
#include "core/merkle.h"
#include "core/vrf.h"

namespace {

using namespace earshot;  // NOLINT: a fuzz target, not a header

constexpr std::uint8_t kLeaves = 11;

void must(bool holds) {
  if (!holds) std::abort();
}

Hash256 leaf(std::uint8_t number) { return merkle_leaf(Bytes{number}); }

// Index, count and path from the input: proves leaf 3 only where leaf 3 is.
void check_path(Reader in) {
  static const std::vector<Hash256> leaves = [] {
    std::vector<Hash256> all;
    for (std::uint8_t i = 0; i < kLeaves; ++i) all.push_back(leaf(i));
    return all;
  }();
  const auto index = in.get<std::uint8_t>();
  const std::uint64_t count = in.get<std::uint8_t>() % 2 == 0 ? kLeaves : in.get<std::uint64_t>();
  std::vector<Hash256> path;
  while (in.left() >= 32) path.push_back(in.get_array<32>());
  const bool holds = merkle_verify(leaf(3), index, count, path, merkle_root(leaves));
  if (holds && count == kLeaves) must(index == 3 && path == merkle_proof(leaves, 3));
}

void check_vrf(Reader in) {
  static const VrfKey key = vrf_key_from_seed({7});
  static const Hash256 alpha = {8};
  static const VrfProof made = vrf_prove(key, alpha);
  static const VrfOutput output = *vrf_verify(key.public_key, alpha, made);
  VrfProof proof = made;
  const auto at = in.get<std::uint8_t>();
  const ByteView change = in.get_bytes(std::min<std::size_t>(in.left(), proof.size()));
  for (std::size_t i = 0; i < change.size(); ++i) proof[(at + i) % proof.size()] ^= change[i];
  const auto found = vrf_verify(key.public_key, alpha, proof);
  must(found.has_value() == (proof == made));
  if (found) must(*found == output);
  static_cast<void>(vrf_verify(in.get_array<32>(), alpha, proof));
}

// Up to three signatures beside a good one: the lanes say what libsodium says of each.
void check_signatures(Reader in) {
  static const SigningKey key = signing_key_from_seed({9});
  static const Hash256 message = {10};
  const Signature good = sign(key, message);
  std::vector<SignatureCheck> checks = {{key.public_key, message, good}};
  while (in.left() > 0 && checks.size() < 4) {
    SignatureCheck check = checks.front();
    const auto at = in.get<std::uint8_t>();
    const ByteView change = in.get_bytes(std::min<std::size_t>(in.left(), 40));
    for (std::size_t i = 0; i < change.size(); ++i) {
      const std::size_t where = (at + i) % 96;
      (where < 64 ? check.signature[where] : check.key[where - 64]) ^= change[i];
    }
    checks.push_back(check);
  }
  const std::vector<bool> found = verify_signatures(checks);
  must(found[0]);
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const bool holds = crypto_sign_verify_detached(checks[i].signature.data(), message.data(),
                                                   message.size(), checks[i].key.data()) == 0;
    must(found[i] == holds);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Reader in(ByteView(data + 1, size - 1));
  switch (data[0] % 3) {
    case 0:
      check_path(in);
      break;
    case 1:
      check_vrf(in);
      break;
    default:
      check_signatures(in);
  }
  return 0;
}
