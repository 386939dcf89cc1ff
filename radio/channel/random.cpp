#include "radio/channel/random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace earshot::radio {
namespace {

// Given: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 4.3.
constexpr std::uint32_t kMultiplier0 = 0xD2511F53;
constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

constexpr std::uint32_t low_word(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t high_word(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}

// Blocks computed side by side, in arrays whose loops the compiler turns into vector code. Chosen:
// loops of 16 and fewer are unrolled instead, which takes twice the time; 64 fill 6 kB of stack.
constexpr std::size_t kLanes = 64;
constexpr std::size_t kSamplesPerBlock = 2;  // Four words: two for each complex sample.
constexpr std::size_t kBatch = kLanes * kSamplesPerBlock;

struct Words {
  alignas(32) std::uint32_t x0[kLanes], x1[kLanes], x2[kLanes], x3[kLanes];
};

// The blocks `first` .. `first` + kLanes - 1.
void philox_lanes(RandomKey key, std::uint64_t first, Words& words) {
  for (std::size_t i = 0; i < kLanes; ++i) {
    words.x0[i] = low_word(first + i);
    words.x1[i] = high_word(first + i);
    words.x2[i] = low_word(key.stream);
    words.x3[i] = high_word(key.stream);
  }
  std::uint32_t key0 = low_word(key.seed);
  std::uint32_t key1 = high_word(key.seed);
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kLanes; ++i) {
      const std::uint64_t product0 = std::uint64_t{kMultiplier0} * words.x0[i];
      const std::uint64_t product1 = std::uint64_t{kMultiplier1} * words.x2[i];
      words.x0[i] = high_word(product1) ^ words.x1[i] ^ key0;
      words.x1[i] = low_word(product1);
      words.x2[i] = high_word(product0) ^ words.x3[i] ^ key1;
      words.x3[i] = low_word(product0);
    }
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
}

// Bits of sqrt(1/2) and of 1 as 32-bit floats.
constexpr std::int32_t kSqrtHalf = 0x3F3504F3;
constexpr std::int32_t kOne = 0x3F800000;

// Natural logarithm of a word taken as a number of (0, 1]: (word / 2 + 1/2) / 2^31. The mantissa is
// brought to [sqrt(1/2), sqrt(2)); the polynomial is Cephes' logf (S. Moshier). Error below 1e-7.
inline float log_of_word(std::uint32_t word) {
  const float unit = static_cast<float>(static_cast<std::int32_t>(word >> 1)) * 0x1p-31F + 0x1p-32F;
  const std::int32_t shifted = std::bit_cast<std::int32_t>(unit) + (kOne - kSqrtHalf);
  const float exponent = static_cast<float>((shifted >> 23) - 127);
  const float x = std::bit_cast<float>((shifted & 0x007FFFFF) + kSqrtHalf) - 1.0F;
  float poly = 7.0376836292e-2F;
  poly = poly * x - 1.1514610310e-1F;
  poly = poly * x + 1.1676998740e-1F;
  poly = poly * x - 1.2420140846e-1F;
  poly = poly * x + 1.4249322787e-1F;
  poly = poly * x - 1.6668057665e-1F;
  poly = poly * x + 2.0000714765e-1F;
  poly = poly * x - 2.4999993993e-1F;
  poly = poly * x + 3.3333331174e-1F;
  return x + (x * x * (x * poly - 0.5F)) + exponent * std::numbers::ln2_v<float>;
}

// exp(2 pi i word / 2^32): the nearest quarter turn and a polynomial of what is left.
inline void circle_of_word(std::uint32_t word, float& real, float& imaginary) {
  const std::uint32_t quarter = (word + 0x20000000U) >> 30;
  const auto rest = static_cast<std::int32_t>(word - (quarter << 30));
  const float x = static_cast<float>(rest) * (2 * std::numbers::pi_v<float> * 0x1p-32F);
  const float y = x * x;
  // Cephes' sinf and cosf on [-pi/4, pi/4].
  const float sine =
      x + x * y * (-1.6666654611e-1F + y * (8.3321608736e-3F - y * 1.9515295891e-4F));
  const float cosine =
      1.0F - 0.5F * y +
      y * y * (4.166664568298827e-2F + y * (-1.388731625493765e-3F + y * 2.443315711809948e-5F));
  // Quarter 1: (-s, c), 2: (-c, -s), 3: (s, -c).
  const bool odd = (quarter & 1U) != 0;
  const float a = odd ? sine : cosine;
  const float b = odd ? cosine : sine;
  const std::uint32_t flip_real = ((quarter + 1U) & 2U) << 30;
  const std::uint32_t flip_imaginary = (quarter & 2U) << 30;
  real = std::bit_cast<float>(std::bit_cast<std::uint32_t>(a) ^ flip_real);
  imaginary = std::bit_cast<float>(std::bit_cast<std::uint32_t>(b) ^ flip_imaginary);
}

struct Noise {
  alignas(32) float real[kBatch], imaginary[kBatch];
};

// Box and Muller: of the kBatch samples of the kLanes blocks from `block`; sample 2i + j of lane i.
void noise_batch(RandomKey key, std::uint64_t block, float power, Noise& noise) {
  Words words;
  philox_lanes(key, block, words);
  alignas(32) std::uint32_t radius[kBatch];
  alignas(32) std::uint32_t angle[kBatch];
  for (std::size_t i = 0; i < kLanes; ++i) {
    radius[2 * i] = words.x0[i];
    angle[2 * i] = words.x1[i];
    radius[2 * i + 1] = words.x2[i];
    angle[2 * i + 1] = words.x3[i];
  }
  for (std::size_t i = 0; i < kBatch; ++i) {
    // -0 when the word is the last below 1: the square root of a negative must not arise.
    const float length = std::sqrt(std::max(-power * log_of_word(radius[i]), 0.0F));
    float x = 0;
    float y = 0;
    circle_of_word(angle[i], x, y);
    noise.real[i] = length * x;
    noise.imaginary[i] = length * y;
  }
}

// 53 bits of two words, as a number of [0, 1).
double to_unit(std::uint32_t high, std::uint32_t low) {
  const std::uint64_t bits = (std::uint64_t{high} << 21) | (low >> 11);
  return static_cast<double>(bits) * 0x1p-53;
}

}  // namespace

std::array<std::uint32_t, 4> philox(RandomKey key, std::uint64_t counter) {
  std::array<std::uint32_t, 4> x = {low_word(counter), high_word(counter), low_word(key.stream),
                                    high_word(key.stream)};
  std::uint32_t key0 = low_word(key.seed);
  std::uint32_t key1 = high_word(key.seed);
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t product0 = std::uint64_t{kMultiplier0} * x[0];
    const std::uint64_t product1 = std::uint64_t{kMultiplier1} * x[2];
    x = {high_word(product1) ^ x[1] ^ key0, low_word(product1), high_word(product0) ^ x[3] ^ key1,
         low_word(product0)};
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return x;
}

double uniform(RandomKey key, std::uint64_t counter) {
  const auto words = philox(key, counter);
  return to_unit(words[0], words[1]);
}

double gaussian(RandomKey key, std::uint64_t counter) {
  const auto words = philox(key, counter);
  const double radius = std::sqrt(-2.0 * std::log(1.0 - to_unit(words[0], words[1])));
  return radius * std::cos(2.0 * std::numbers::pi * to_unit(words[2], words[3]));
}

void add_noise(std::span<Sample> out, RandomKey key, std::uint64_t first, double power) {
  Noise noise;
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t number = first + done;
    const std::size_t skip = number % kSamplesPerBlock;
    noise_batch(key, number / kSamplesPerBlock, static_cast<float>(power), noise);
    const std::size_t count = std::min(kBatch - skip, out.size() - done);
    for (std::size_t i = 0; i < count; ++i) {
      out[done + i] += Sample(noise.real[skip + i], noise.imaginary[skip + i]);
    }
    done += count;
  }
}

}  // namespace earshot::radio
