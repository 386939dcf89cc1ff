// Gray mapping between a symbol's bits and its chirp's start value: neighbouring values differ in
// one bit. LoRa sends value = gray_decode(bits) + 1 (mod 2^SF).
#pragma once
#include <cstdint>

namespace earshot::radio {

constexpr std::uint32_t gray_encode(std::uint32_t value) { return value ^ (value >> 1); }

constexpr std::uint32_t gray_decode(std::uint32_t bits) {
  for (unsigned shift = 1; shift < 32; shift *= 2) bits ^= bits >> shift;
  return bits;
}

}  // namespace earshot::radio
