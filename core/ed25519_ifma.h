// Eight Ed25519 verification equations at once, by AVX-512 IFMA. For core/ed25519_lanes.cpp, which
// looks whether the CPU has it; absent from builds for other machines.
//
// Plain pointers: what is compiled for AVX-512 must share no inline function of the standard
// library with the rest of the program, which would then need it too.
#pragma once
#include <cstddef>
#include <cstdint>

namespace earshot::ed25519 {

// Multiples 0 B to 128 B of the base point: y + x, y - x, 2dxy, each in five 51-bit limbs; and a
// word that stays zero, so that a row is two vectors.
struct BaseTable {
  alignas(64) std::uint64_t word[129][16];
};
// `multiples`: the encodings of 1 B to 128 B, 32 bytes each.
void fill_base_table(const std::uint8_t* multiples, BaseTable& table);

// One signature's part of the equation; 32 bytes each.
struct LaneInput {
  const std::uint8_t* key;        // A, canonical.
  const std::uint8_t* r;          // The signature's first half.
  const std::uint8_t* s;          // Its second, below L.
  const std::uint8_t* challenge;  // SHA-512(R || A || message) modulo L.
};

// Bit l is set when A of lane l is on the curve and [S]B - [challenge]A encodes to the bytes of R.
std::uint8_t verify_eight(const LaneInput* lanes, const BaseTable& base);

}  // namespace earshot::ed25519
