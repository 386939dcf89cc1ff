#include "radio/css/block_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "radio/css/kernels.h"

namespace earshot::radio {
namespace {

// Likelihoods of a block's symbols in noise: ln I0 of what a bin of Es/N0 `energy` gives.
std::vector<std::vector<float>> noisy_symbols(std::mt19937& random, const BlockShape& shape, int sf,
                                              std::span<const std::uint8_t> nibbles,
                                              double energy) {
  std::normal_distribution<float> gauss(0, std::sqrt(0.5F));
  std::vector<std::vector<float>> symbols;
  for (const std::uint16_t value : encode_block(nibbles, shape, sf)) {
    std::vector<Sample> spectrum(static_cast<std::size_t>(1 << sf));
    for (Sample& bin : spectrum) bin = {gauss(random), gauss(random)};
    spectrum[value] += static_cast<float>(std::sqrt(energy));
    std::vector<float>& likelihoods = symbols.emplace_back(spectrum.size());
    powers(spectrum, likelihoods);
    value_likelihoods(likelihoods, energy, 1, likelihoods);
  }
  return symbols;
}

int wrong_nibbles(const BlockShape& shape, int sf, double energy, int rounds) {
  std::mt19937 random(31);
  BitLikelihoods bits(sf);
  int wrong = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<std::uint8_t> nibbles(static_cast<std::size_t>(shape.rows));
    for (auto& nibble : nibbles) nibble = static_cast<std::uint8_t>(random() % 16);
    const auto symbols = noisy_symbols(random, shape, sf, nibbles, energy);
    const auto found = decode_block(bits, symbols, shape, rounds).nibbles;
    for (std::size_t i = 0; i < nibbles.size(); ++i) wrong += found[i] != nibbles[i] ? 1 : 0;
  }
  return wrong;
}

TEST(BlockDecoder, ReadsWhatIsClearWithAndWithoutIteration) {
  for (const int rounds : {0, 3}) {
    EXPECT_EQ(wrong_nibbles(payload_block(7, 1, false), 7, 60, rounds), 0);
    EXPECT_EQ(wrong_nibbles(payload_block(9, 4, true), 9, 60, rounds), 0);
  }
}

TEST(BlockDecoder, IterationMakesFewerErrorsNearTheThreshold) {
  const BlockShape shape = payload_block(7, 4, false);
  const int plain = wrong_nibbles(shape, 7, 8.5, 0);
  const int iterated = wrong_nibbles(shape, 7, 8.5, 3);
  EXPECT_GT(plain, 20);
  EXPECT_LT(iterated, plain * 7 / 10);
}

}  // namespace
}  // namespace earshot::radio
