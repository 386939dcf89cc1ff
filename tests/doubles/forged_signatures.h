// Ed25519 signatures as an adversary would make them, from a seed: what a second implementation of
// the check has to agree on with the first.
#pragma once
#include <random>
#include <string_view>
#include <vector>

#include "core/identity.h"

namespace earshot {

struct ForgedSignature {
  PublicKey key{};
  Bytes message;
  Signature signature{};
};

// How a signature is made: honest, or one of the others.
enum class Forgery : std::uint8_t {
  none,
  bit_of_r,
  bit_of_s,
  bit_of_key,
  bit_of_message,
  other_message,  // A good signature of something else.
  s_plus_order,   // The same S modulo L.
  s_at_border,    // 0, 1, L - 1, L, L + 1, 2^256 - 1.
  small_order_r,  // Each encoding of a point of small order, reduced or not, both signs.
  small_order_key,
  unreduced_r,  // y from p to 2^255 - 1.
  unreduced_key,
  mixed_order_key,   // A + T, T of order 2, 4 or 8, signed with A's secret: holds when h T = 0.
  mixed_order_r,     // R + T.
  mixed_order_both,  // A + T and R + T': holds when h T = -T'.
  random_key,        // Half of them are not on the curve.
  random_signature,
  constant_bytes,  // All of signature and key one byte.
};
inline constexpr std::size_t kForgeries = 18;
std::string_view forgery_name(Forgery forgery);

class Forger {
 public:
  explicit Forger(std::uint64_t seed);
  ForgedSignature make(Forgery forgery);

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  Bytes random_bytes(std::size_t count);
  const ByteArray<32>& torsion() { return torsion_[below(torsion_.size())]; }
  ForgedSignature mixed(bool in_key, bool in_r);

  std::mt19937_64 random_;
  std::vector<ByteArray<32>> torsion_;  // All points of small order but the neutral one.
  std::vector<SigningKey> keys_;
  std::vector<ForgedSignature> honest_;
};

}  // namespace earshot
