// The codes 4/5 (one parity bit) and 4/6, 4/7, 4/8 (Hamming, punctured or extended).
//
// A codeword is sent bit 0 first: data bits b0 (least significant) to b3, then parity. Its integer
// form has the bit that is sent first in bit 0. Parity of 4/6..4/8: b0^b1^b2, b1^b2^b3, b0^b1^b3,
// b0^b2^b3; of 4/5: all four (source: gr-lora_sdr 862746d).
#pragma once
#include <cstdint>
#include <span>

namespace earshot::radio {

// nibble 0..15, coding_rate 1..4; the low coding_rate + 4 bits are set.
std::uint8_t hamming_encode(std::uint8_t nibble, int coding_rate);

struct SoftNibble {
  std::uint8_t nibble = 0;
  float margin = 0;  // Likelihood of the best codeword over the second best, natural logarithm.
};
// Maximum-likelihood codeword. llrs: one per bit in order of sending, ln P(1)/P(0); size 5..8.
SoftNibble hamming_decode(std::span<const float> llrs);

// What the code alone says of each bit given all others, ln P(1)/P(0): exact sums over codewords.
// llrs as above, out of the same size.
void hamming_extrinsic(std::span<const float> llrs, std::span<float> out);

}  // namespace earshot::radio
