// Keccak-f[1600] on one block in each lane of a vector. For core/keccak_avx2.cpp and
// core/keccak_avx512.cpp only, which say what a vector is; their code is compiled for CPUs that not
// every machine has, so nothing here is an inline function that other files might share.
#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>

namespace earshot::keccak {
namespace {

constexpr std::size_t kStateWords = 25;
constexpr std::size_t kRounds = 24;

// Given: FIPS 202, section 3.2.5.
constexpr std::uint64_t kRoundConstants[kRounds] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

// Given: FIPS 202, section 3.2.2, table 2, modulo 64: of word x + 5 y.
constexpr int kRotations[kStateWords] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                         25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

// Where pi takes word x + 5 y: FIPS 202, section 3.2.3.
constexpr std::size_t pi_of(std::size_t word) {
  const std::size_t x = word % 5;
  const std::size_t y = word / 5;
  return y + 5 * ((2 * x + 3 * y) % 5);
}

// Lanes: Vector; exclusive_or(a, b); xor3(a, b, c); chi(a, b, c) = a ^ (~b & c); rotate<bits>(a);
// fill(word).
template <class Lanes>
struct Permutation {
  using Vector = typename Lanes::Vector;

  template <std::size_t... kX>
  static void theta(Vector (&a)[kStateWords], std::index_sequence<kX...> /*columns*/) {
    const Vector parity[5] = {
        Lanes::xor3(Lanes::xor3(a[kX], a[kX + 5], a[kX + 10]), a[kX + 15], a[kX + 20])...};
    const Vector turned[5] = {Lanes::template rotate<1>(parity[kX])...};
    ((a[kX] = Lanes::xor3(a[kX], parity[(kX + 4) % 5], turned[(kX + 1) % 5]),
      a[kX + 5] = Lanes::xor3(a[kX + 5], parity[(kX + 4) % 5], turned[(kX + 1) % 5]),
      a[kX + 10] = Lanes::xor3(a[kX + 10], parity[(kX + 4) % 5], turned[(kX + 1) % 5]),
      a[kX + 15] = Lanes::xor3(a[kX + 15], parity[(kX + 4) % 5], turned[(kX + 1) % 5]),
      a[kX + 20] = Lanes::xor3(a[kX + 20], parity[(kX + 4) % 5], turned[(kX + 1) % 5])),
     ...);
  }
  template <std::size_t... kWord>
  static void rho_pi_chi(Vector (&a)[kStateWords], std::index_sequence<kWord...> /*words*/) {
    Vector b[kStateWords];
    ((b[pi_of(kWord)] = Lanes::template rotate<kRotations[kWord]>(a[kWord])), ...);
    ((a[kWord] = Lanes::chi(b[kWord], b[kWord / 5 * 5 + (kWord + 1) % 5],
                            b[kWord / 5 * 5 + (kWord + 2) % 5])),
     ...);
  }
  static void run(Vector (&a)[kStateWords]) {
    for (const std::uint64_t constant : kRoundConstants) {
      theta(a, std::make_index_sequence<5>());
      rho_pi_chi(a, std::make_index_sequence<kStateWords>());
      a[0] = Lanes::exclusive_or(a[0], Lanes::fill(constant));
    }
  }
};

}  // namespace
}  // namespace earshot::keccak
