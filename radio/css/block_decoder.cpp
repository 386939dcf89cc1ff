#include "radio/css/block_decoder.h"

#include <algorithm>

#include "radio/css/hamming.h"
#include "radio/css/interleaver.h"

namespace earshot::radio {

namespace {

constexpr float kSurest = 20;  // Chosen: no code's word counts for more, so that none is final.

// llrs of the symbols' bits -> what the codewords add to them.
void add_code(std::span<const float> llrs, const BlockShape& shape, std::span<float> priors) {
  std::vector<float> words(llrs.size());
  std::vector<float> extrinsic(llrs.size());
  deinterleave(llrs, shape.rows, words);
  const auto columns = static_cast<std::size_t>(shape.columns);
  for (std::size_t at = 0; at < words.size(); at += columns) {
    hamming_extrinsic(std::span(words).subspan(at, columns),
                      std::span(extrinsic).subspan(at, columns));
  }
  for (float& llr : extrinsic) llr = std::clamp(llr, -kSurest, kSurest);
  interleave(extrinsic, shape.rows, priors);
}

}  // namespace

BlockNibbles decode_block(BitLikelihoods& bits, std::span<const std::vector<float>> symbols,
                          const BlockShape& shape, int rounds) {
  const auto rows = static_cast<std::size_t>(shape.rows);
  std::vector<float> llrs(rows * symbols.size());
  std::vector<float> priors(llrs.size());
  for (int round = 0; round <= rounds; ++round) {
    if (round > 0) add_code(llrs, shape, priors);
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const auto known = std::span<const float>(priors).subspan(i * rows, round > 0 ? rows : 0);
      bits.run(symbols[i], shape.reduced, known, std::span(llrs).subspan(i * rows, rows));
    }
  }
  return decode_block(llrs, shape);
}

}  // namespace earshot::radio
