// One block of Keccak-256 in each lane of a vector. For core/keccak_lanes.cpp, which looks whether
// the CPU has it; absent from builds for other machines. Plain arrays, as core/ed25519_ifma.h.
#pragma once
#include <cstddef>
#include <cstdint>

namespace earshot::keccak {

constexpr std::size_t kRateWords = 17;  // Given: a capacity of 512 of 1600 bits.
constexpr std::size_t kDigestWords = 4;

// Words are little-endian; block[w][l] is word w of lane l's padded block, digest likewise.
void digest_four(const std::uint64_t (*block)[4], std::uint64_t (*digest)[4]);   // AVX2
void digest_eight(const std::uint64_t (*block)[8], std::uint64_t (*digest)[8]);  // AVX-512

}  // namespace earshot::keccak
