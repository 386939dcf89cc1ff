#include "radio/css/hamming.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace earshot::radio {

namespace {

constexpr std::uint8_t codeword(std::uint8_t nibble, int coding_rate) {
  const int b0 = nibble & 1;
  const int b1 = nibble >> 1 & 1;
  const int b2 = nibble >> 2 & 1;
  const int b3 = nibble >> 3 & 1;
  if (coding_rate == 1) return static_cast<std::uint8_t>(nibble | (b0 ^ b1 ^ b2 ^ b3) << 4);
  const int parity =
      (b0 ^ b1 ^ b2) | (b1 ^ b2 ^ b3) << 1 | (b0 ^ b1 ^ b3) << 2 | (b0 ^ b2 ^ b3) << 3;
  return static_cast<std::uint8_t>((nibble | parity << 4) & ((1 << (coding_rate + 4)) - 1));
}

constexpr auto kCodewords = [] {
  std::array<std::array<std::uint8_t, 16>, 5> table{};
  for (int rate = 1; rate <= 4; ++rate) {
    for (int nibble = 0; nibble < 16; ++nibble) {
      table[static_cast<std::size_t>(rate)][static_cast<std::size_t>(nibble)] =
          codeword(static_cast<std::uint8_t>(nibble), rate);
    }
  }
  return table;
}();

}  // namespace

std::uint8_t hamming_encode(std::uint8_t nibble, int coding_rate) {
  return kCodewords[static_cast<std::size_t>(coding_rate)][nibble & 15U];
}

SoftNibble hamming_decode(std::span<const float> llrs) {
  const auto& table = kCodewords[llrs.size() - 4];
  float best = -1e30F;
  float second = -1e30F;
  std::uint8_t nibble = 0;
  for (std::size_t candidate = 0; candidate < table.size(); ++candidate) {
    float likelihood = 0;  // Relative to the all-zero word.
    for (std::size_t bit = 0; bit < llrs.size(); ++bit) {
      if ((table[candidate] >> bit & 1) != 0) likelihood += llrs[bit];
    }
    if (likelihood > best) {
      second = best;
      best = likelihood;
      nibble = static_cast<std::uint8_t>(candidate);
    } else if (likelihood > second) {
      second = likelihood;
    }
  }
  return {nibble, best - second};
}

void hamming_extrinsic(std::span<const float> llrs, std::span<float> out) {
  const auto& table = kCodewords[llrs.size() - 4];
  std::array<float, 16> likelihoods{};
  for (std::size_t candidate = 0; candidate < table.size(); ++candidate) {
    for (std::size_t bit = 0; bit < llrs.size(); ++bit) {
      if ((table[candidate] >> bit & 1) != 0) likelihoods[candidate] += llrs[bit];
    }
  }
  const float most = *std::max_element(likelihoods.begin(), likelihoods.end());
  std::array<double, 8> ones;
  std::array<double, 8> zeros;
  ones.fill(1e-30);
  zeros.fill(1e-30);
  for (std::size_t candidate = 0; candidate < table.size(); ++candidate) {
    const double weight = std::exp(static_cast<double>(likelihoods[candidate] - most));
    for (std::size_t bit = 0; bit < llrs.size(); ++bit) {
      ((table[candidate] >> bit & 1) != 0 ? ones : zeros)[bit] += weight;
    }
  }
  for (std::size_t bit = 0; bit < llrs.size(); ++bit) {
    out[bit] = static_cast<float>(std::log(ones[bit] / zeros[bit])) - llrs[bit];
  }
}

}  // namespace earshot::radio
