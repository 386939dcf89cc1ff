#include "tests/doubles/forged_signatures.h"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace earshot {
namespace {

using Point = ByteArray<32>;
using Scalar = ByteArray<32>;

constexpr std::size_t kKeys = 64;
constexpr std::size_t kHonest = 1024;
constexpr std::size_t kLongestMessage = 300;

constexpr std::array<std::string_view, kForgeries> kNames = {
    "none",          "bit of R",         "bit of S",      "bit of key",    "bit of message",
    "other message", "S plus order",     "S at border",   "small order R", "small order key",
    "unreduced R",   "unreduced key",    "mixed key",     "mixed R",       "mixed key and R",
    "random key",    "random signature", "constant bytes"};

Scalar order() {
  return *array_from_hex<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
}

// a + b, little-endian, modulo 2^256.
Scalar plain_sum(const Scalar& a, const Scalar& b) {
  Scalar sum{};
  unsigned carry = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    carry += static_cast<unsigned>(a[i]) + b[i];
    sum[i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  return sum;
}

Point sum_of(const Point& a, const Point& b) {
  Point sum{};
  crypto_core_ed25519_add(sum.data(), a.data(), b.data());
  return sum;
}

// Multiples of a point of order 8: its encoding is given in libsodium's own list of small orders.
std::vector<Point> torsion_points() {
  const Point eighth =
      *array_from_hex<32>("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  std::vector<Point> points = {eighth};
  while (points.size() < 7) points.push_back(sum_of(points.back(), eighth));
  return points;
}

// y of a point of small order: reduced, or one of the few that fit unreduced.
Point small_order_encoding(std::uint64_t choice, const Point& torsion) {
  const Point p =
      *array_from_hex<32>("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
  Point y = torsion;
  if (choice % 4 == 1) y = p;
  if (choice % 4 == 2) y = p, ++y[0];
  if (choice % 4 == 3) y = Point{}, y[0] = 1;
  if (choice % 8 >= 4) y[31] ^= 0x80;
  return y;
}

Scalar secret_scalar(const SigningKey& key) {
  ByteArray<64> hash{};
  crypto_hash_sha512(hash.data(), key.seed.data(), key.seed.size());
  Scalar scalar{};
  std::copy_n(hash.begin(), scalar.size(), scalar.begin());
  scalar[0] &= 248;
  scalar[31] = static_cast<std::uint8_t>((scalar[31] & 127) | 64);
  return scalar;
}

void set(Signature& signature, const Point& r, const Scalar& s) {
  std::ranges::copy(r, signature.begin());
  std::ranges::copy(s, signature.begin() + 32);
}
Scalar s_of(const Signature& signature) {
  Scalar s{};
  std::copy_n(signature.begin() + 32, s.size(), s.begin());
  return s;
}

}  // namespace

std::string_view forgery_name(Forgery forgery) {
  return kNames.at(static_cast<std::size_t>(forgery));
}

Forger::Forger(std::uint64_t seed) : random_(seed), torsion_(torsion_points()) {
  for (std::size_t i = 0; i < kKeys; ++i) {
    ByteArray<32> secret{};
    std::ranges::copy(random_bytes(secret.size()), secret.begin());
    keys_.push_back(signing_key_from_seed(secret));
  }
  for (std::size_t i = 0; i < kHonest; ++i) {
    const SigningKey& key = keys_[below(keys_.size())];
    Bytes message = random_bytes(1 + below(kLongestMessage));
    const Signature signature = sign(key, message);
    honest_.push_back({key.public_key, std::move(message), signature});
  }
}

Bytes Forger::random_bytes(std::size_t count) {
  Bytes bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  return bytes;
}

// S = r + H(R' || A' || message) a, with R' and A' off the subgroup.
ForgedSignature Forger::mixed(bool in_key, bool in_r) {
  const SigningKey& key = keys_[below(keys_.size())];
  ForgedSignature out{key.public_key, random_bytes(below(64)), {}};
  if (in_key) out.key = sum_of(out.key, torsion());
  ByteArray<64> wide{};
  std::ranges::copy(random_bytes(wide.size()), wide.begin());
  Scalar nonce{};
  crypto_core_ed25519_scalar_reduce(nonce.data(), wide.data());
  Point r{};
  crypto_scalarmult_ed25519_base_noclamp(r.data(), nonce.data());
  if (in_r) r = sum_of(r, torsion());
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  crypto_hash_sha512_update(&state, r.data(), r.size());
  crypto_hash_sha512_update(&state, out.key.data(), out.key.size());
  crypto_hash_sha512_update(&state, out.message.data(), out.message.size());
  crypto_hash_sha512_final(&state, wide.data());
  Scalar s{};
  crypto_core_ed25519_scalar_reduce(s.data(), wide.data());
  const Scalar secret = secret_scalar(key);
  crypto_core_ed25519_scalar_mul(s.data(), s.data(), secret.data());
  crypto_core_ed25519_scalar_add(s.data(), s.data(), nonce.data());
  set(out.signature, r, s);
  return out;
}

ForgedSignature Forger::make(Forgery forgery) {
  ForgedSignature out = honest_[below(honest_.size())];
  const auto flip = [this](std::span<std::uint8_t> bytes) {
    bytes[below(bytes.size())] ^= static_cast<std::uint8_t>(1 << below(8));
  };
  const auto signature = std::span(out.signature);
  Point unreduced{};
  unreduced.fill(0xff);
  unreduced[0] = static_cast<std::uint8_t>(0xed + below(19));
  unreduced[31] = below(2) == 0 ? 0x7f : 0xff;
  switch (forgery) {
    case Forgery::none:
      break;
    case Forgery::bit_of_r:
      flip(signature.first(32));
      break;
    case Forgery::bit_of_s:
      flip(signature.last(32));
      break;
    case Forgery::bit_of_key:
      flip(out.key);
      break;
    case Forgery::bit_of_message:
      flip(out.message);
      break;
    case Forgery::other_message:
      out.signature = honest_[below(honest_.size())].signature;
      break;
    case Forgery::s_plus_order:
      std::ranges::copy(plain_sum(s_of(out.signature), order()), signature.last(32).begin());
      break;
    case Forgery::s_at_border: {
      Scalar minus_one{};
      minus_one.fill(0xff);
      const std::array<Scalar, 6> borders = {Scalar{},
                                             Scalar{1},
                                             plain_sum(order(), minus_one),
                                             order(),
                                             plain_sum(order(), Scalar{1}),
                                             minus_one};
      std::ranges::copy(borders.at(below(borders.size())), signature.last(32).begin());
      break;
    }
    case Forgery::small_order_r:
      std::ranges::copy(small_order_encoding(random_(), torsion()), signature.begin());
      break;
    case Forgery::small_order_key:
      out.key = small_order_encoding(random_(), torsion());
      break;
    case Forgery::unreduced_r:
      std::ranges::copy(unreduced, signature.begin());
      break;
    case Forgery::unreduced_key:
      out.key = unreduced;
      break;
    case Forgery::mixed_order_key:
      return mixed(true, false);
    case Forgery::mixed_order_r:
      return mixed(false, true);
    case Forgery::mixed_order_both:
      return mixed(true, true);
    case Forgery::random_key:
      std::ranges::copy(random_bytes(32), out.key.begin());
      break;
    case Forgery::random_signature:
      std::ranges::copy(random_bytes(64), out.signature.begin());
      break;
    case Forgery::constant_bytes: {
      const std::array<std::uint8_t, 4> bytes = {0x00, 0x01, 0x7f, 0xff};
      out.signature.fill(bytes.at(below(4)));
      out.key.fill(bytes.at(below(4)));
      break;
    }
  }
  return out;
}

}  // namespace earshot
