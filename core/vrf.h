// Verifiable random function vrf-r255 (C2SP vrf-r255, ECVRF over ristretto255 with SHA-512), on
// libsodium's ristretto group. Unique per key and input: not grindable, and nobody without the key
// can guess it. Proof = Gamma 32 || c 16 || s 32.
#pragma once
#include <optional>

#include "core/bytes.h"

namespace earshot {

using VrfPublicKey = ByteArray<32>;
using VrfProof = ByteArray<80>;
using VrfOutput = ByteArray<64>;

struct VrfKey {
  ByteArray<32> secret{};  // Scalar, canonical, non-zero.
  VrfPublicKey public_key{};
};

// The scalar is the 64-byte SHA-512 of "earshot/v1/vrf" || seed reduced modulo the group order.
VrfKey vrf_key_from_seed(const ByteArray<32>& seed);
// From a canonical scalar (conformance vectors). Errc::bad_data when zero or not canonical.
Result<VrfKey> vrf_key_from_scalar(const ByteArray<32>& scalar);
VrfProof vrf_prove(const VrfKey& key, ByteView alpha);
// The output when the proof is valid for (key, alpha), nothing otherwise.
std::optional<VrfOutput> vrf_verify(const VrfPublicKey& key, ByteView alpha, const VrfProof& proof);
// A point that decodes and is not the identity.
bool is_valid_vrf_key(const VrfPublicKey& key);

}  // namespace earshot
