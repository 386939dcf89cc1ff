#include "radio/css/interleaver.h"

namespace earshot::radio {

std::vector<std::uint16_t> interleave(std::span<const std::uint8_t> codewords, int columns) {
  const int rows = static_cast<int>(codewords.size());
  std::vector<std::uint16_t> symbols(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) {
    unsigned bits = 0;
    for (int j = 0; j < rows; ++j) {
      const unsigned word = codewords[static_cast<std::size_t>(interleaved_row(i, j, rows))];
      bits = bits << 1 | (word >> i & 1U);
    }
    symbols[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(bits);
  }
  return symbols;
}

void deinterleave(std::span<const float> llrs, int rows, std::span<float> codeword_llrs) {
  const int columns = static_cast<int>(llrs.size()) / rows;
  auto llr = llrs.begin();
  for (int i = 0; i < columns; ++i) {
    for (int j = 0; j < rows; ++j) {
      const int at = interleaved_row(i, j, rows) * columns + i;
      codeword_llrs[static_cast<std::size_t>(at)] = *llr++;
    }
  }
}

void interleave(std::span<const float> codeword_llrs, int rows, std::span<float> llrs) {
  const int columns = static_cast<int>(llrs.size()) / rows;
  auto llr = llrs.begin();
  for (int i = 0; i < columns; ++i) {
    for (int j = 0; j < rows; ++j) {
      const int at = interleaved_row(i, j, rows) * columns + i;
      *llr++ = codeword_llrs[static_cast<std::size_t>(at)];
    }
  }
}

}  // namespace earshot::radio
