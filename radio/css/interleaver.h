// LoRa's diagonal interleaver: a block of `rows` codewords of `columns` bits becomes `columns`
// symbols of `rows` bits.
//
// Bit j of symbol i, most significant first, is bit i of codeword (i - j - 1) mod rows (source:
// gr-lora_sdr 862746d).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::radio {

// The codeword whose bit i is bit j (most significant first) of symbol i.
constexpr int interleaved_row(int symbol, int bit, int rows) {
  return (symbol - bit - 1 + 2 * rows) % rows;  // symbol < 8, bit < rows, rows >= 5.
}

// codewords: rows, bit 0 sent first. Result: `columns` symbols of `rows` bits.
std::vector<std::uint16_t> interleave(std::span<const std::uint8_t> codewords, int columns);
// llrs[symbol * rows + bit], bit 0 most significant -> codeword_llrs[row * columns + bit].
// Both have rows * columns elements.
void deinterleave(std::span<const float> llrs, int rows, std::span<float> codeword_llrs);

// The way back.
void interleave(std::span<const float> codeword_llrs, int rows, std::span<float> llrs);

}  // namespace earshot::radio
