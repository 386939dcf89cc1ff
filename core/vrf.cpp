// RFC 9381 with the ciphersuite of c2sp.org/vrf-r255. Names follow the RFC: H, Gamma, U, V, c, s.
#include "core/vrf.h"

#include <sodium.h>

#include <cassert>
#include <initializer_list>

namespace earshot {
namespace {

using Point = ByteArray<crypto_core_ristretto255_BYTES>;
using Scalar = ByteArray<crypto_core_ristretto255_SCALARBYTES>;
using Hash512 = ByteArray<crypto_hash_sha512_BYTES>;

constexpr std::size_t kChallengeBytes = 16;  // cLen
static_assert(std::tuple_size_v<VrfProof> == sizeof(Point) + kChallengeBytes + sizeof(Scalar));
constexpr Point kIdentity{};  // ristretto255 encodes the identity as zeros.

// Domain separators: RFC 9381 sections 5.4.3 and 5.2, vrf-r255 "Nonce generation" and "Encode to
// curve".
enum class Use : std::uint8_t { challenge = 0x02, output = 0x03, nonce = 0x81, curve = 0x82 };

Hash512 suite_hash(Use use, std::initializer_list<ByteView> parts) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  const std::uint8_t first = 0xFF;
  const auto separator = static_cast<std::uint8_t>(use);
  const ByteView suite = as_bytes("c2sp.org/vrf-r255");
  crypto_hash_sha512_update(&state, &first, 1);
  crypto_hash_sha512_update(&state, suite.data(), suite.size());
  crypto_hash_sha512_update(&state, &separator, 1);
  for (const ByteView part : parts) crypto_hash_sha512_update(&state, part.data(), part.size());
  Hash512 hash{};
  crypto_hash_sha512_final(&state, hash.data());
  return hash;
}

Scalar reduce(const Hash512& hash) {
  Scalar scalar{};
  crypto_core_ristretto255_scalar_reduce(scalar.data(), hash.data());
  return scalar;
}

bool is_canonical(const Scalar& scalar) {
  Hash512 wide{};
  std::copy(scalar.begin(), scalar.end(), wide.begin());
  return reduce(wide) == scalar;
}

bool is_zero(const Scalar& scalar) { return sodium_is_zero(scalar.data(), scalar.size()) == 1; }

// libsodium reports the identity as a failure; here it is a value. `point` decodes.
Point multiply(const Scalar& scalar, const Point& point) {
  Point product{};
  if (crypto_scalarmult_ristretto255(product.data(), scalar.data(), point.data()) != 0) {
    return kIdentity;
  }
  return product;
}

Point multiply_base(const Scalar& scalar) {
  Point product{};
  if (crypto_scalarmult_ristretto255_base(product.data(), scalar.data()) != 0) return kIdentity;
  return product;
}

Point subtract(const Point& a, const Point& b) {
  Point difference{};
  const int failed = crypto_core_ristretto255_sub(difference.data(), a.data(), b.data());
  assert(failed == 0);  // Both decode.
  static_cast<void>(failed);
  return difference;
}

Point encode_to_curve(const VrfPublicKey& salt, ByteView alpha) {
  const Hash512 hash = suite_hash(Use::curve, {ByteView(salt), alpha});
  Point point{};
  crypto_core_ristretto255_from_hash(point.data(), hash.data());
  return point;
}

// c as a scalar: 16 bytes, so below the order.
Scalar challenge(const VrfPublicKey& key, const Point& h, const Point& gamma, const Point& u,
                 const Point& v) {
  const ByteArray<1> end{0x00};
  const Hash512 hash = suite_hash(Use::challenge, {ByteView(key), ByteView(h), ByteView(gamma),
                                                   ByteView(u), ByteView(v), ByteView(end)});
  Scalar c{};
  std::copy_n(hash.begin(), kChallengeBytes, c.begin());
  return c;
}

VrfKey key_of(const Scalar& secret) {
  return {.secret = secret, .public_key = multiply_base(secret)};
}

}  // namespace

VrfKey vrf_key_from_seed(const ByteArray<32>& seed) {
  const ByteView prefix = as_bytes("earshot/v1/vrf");
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, prefix.data(), prefix.size());
  crypto_hash_sha512_update(&state, seed.data(), seed.size());
  Hash512 hash{};
  crypto_hash_sha512_final(&state, hash.data());
  return key_of(reduce(hash));
}

Result<VrfKey> vrf_key_from_scalar(const ByteArray<32>& scalar) {
  if (is_zero(scalar) || !is_canonical(scalar)) {
    return fail(Errc::bad_data, "VRF secret: expected a scalar from 1 to the group order - 1");
  }
  return key_of(scalar);
}

VrfProof vrf_prove(const VrfKey& key, ByteView alpha) {
  const Point h = encode_to_curve(key.public_key, alpha);
  const Point gamma = multiply(key.secret, h);
  Scalar k = reduce(suite_hash(Use::nonce, {ByteView(key.secret), ByteView(h)}));
  const Scalar c = challenge(key.public_key, h, gamma, multiply_base(k), multiply(k, h));
  Scalar s{};
  crypto_core_ristretto255_scalar_mul(s.data(), c.data(), key.secret.data());
  crypto_core_ristretto255_scalar_add(s.data(), s.data(), k.data());
  sodium_memzero(k.data(), k.size());  // Whoever has k and s has the key.
  VrfProof proof{};
  auto end = std::copy(gamma.begin(), gamma.end(), proof.begin());
  end = std::copy_n(c.begin(), kChallengeBytes, end);
  std::copy(s.begin(), s.end(), end);
  return proof;
}

std::optional<VrfOutput> vrf_verify(const VrfPublicKey& key, ByteView alpha,
                                    const VrfProof& proof) {
  Reader reader(proof);
  const Point gamma = reader.get_array<sizeof(Point)>();
  Scalar c{};
  const ByteView challenge_bytes = reader.get_bytes(kChallengeBytes);
  std::copy(challenge_bytes.begin(), challenge_bytes.end(), c.begin());
  const Scalar s = reader.get_array<sizeof(Scalar)>();
  if (!is_valid_vrf_key(key) || !is_canonical(s) ||
      crypto_core_ristretto255_is_valid_point(gamma.data()) != 1) {
    return std::nullopt;
  }
  const Point h = encode_to_curve(key, alpha);
  const Point u = subtract(multiply_base(s), multiply(c, key));
  const Point v = subtract(multiply(s, h), multiply(c, gamma));
  if (challenge(key, h, gamma, u, v) != c) return std::nullopt;
  const ByteArray<1> end{0x00};
  return suite_hash(Use::output, {ByteView(gamma), ByteView(end)});
}

bool is_valid_vrf_key(const VrfPublicKey& key) {
  return key != kIdentity && crypto_core_ristretto255_is_valid_point(key.data()) == 1;
}

}  // namespace earshot
