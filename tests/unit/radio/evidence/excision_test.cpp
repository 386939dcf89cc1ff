#include "radio/evidence/excision.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "radio/css/fft.h"
#include "tests/doubles/fake_snippets.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kSize = 43'648;
constexpr std::size_t kBins = 64;  // Of spectrum_of.
constexpr Band kInner = {0, 0.225};

Samples noise_and(const std::vector<FakeBurst>& bursts, std::uint64_t seed) {
  Samples samples(kSize);
  for (const FakeBurst& burst : bursts) {
    add_burst(burst, std::pow(10, burst.snr_db / 20), 0, samples);
  }
  add_noise(samples, 2, seed);
  return samples;
}

// Mean power of 64 frequencies, from the lowest to the highest.
std::vector<double> spectrum_of(const Samples& samples) {
  Fft fft(kBins);
  std::vector<double> powers(kBins);
  for (std::size_t first = 0; first + kBins <= samples.size(); first += kBins) {
    for (std::size_t k = 0; k < kBins; ++k) {
      const double window = std::sin(M_PI * (static_cast<double>(k) + 0.5) / kBins);
      fft.in()[k] = samples[first + k] * static_cast<float>(window * window);
    }
    fft.execute();
    for (std::size_t k = 0; k < kBins; ++k) {
      powers[k] += std::norm(fft.out()[(k + kBins / 2) % kBins]);
    }
  }
  return powers;
}

Samples whitened(Samples samples) {
  excise_tiles(samples);
  const KeptFrequencies kept = excise_frequencies(samples, kInner);
  excise_chirps(samples);
  excise_chirps(samples);
  whiten(samples, kept);
  return samples;
}

class Emission : public ::testing::TestWithParam<FakeBurst> {};

// What was cut out is not raised to the level of the rest: it would outweigh it.
TEST_P(Emission, LeavesNoFrequencyAboveWhatNoiseAloneHas) {
  const double usual = spectrum_of(whitened(noise_and({}, 5)))[32];
  const std::vector<double> powers = spectrum_of(whitened(noise_and({GetParam()}, 5)));
  EXPECT_LT(*std::ranges::max_element(powers), 1.5 * usual);
}
using Kind = FakeBurst::Kind;
INSTANTIATE_TEST_SUITE_P(Kinds, Emission,
                         ::testing::Values(FakeBurst{Kind::fsk, 8}, FakeBurst{Kind::fsk, 16},
                                           FakeBurst{Kind::fsk, 20}, FakeBurst{Kind::carrier, 20},
                                           FakeBurst{Kind::pulses, 20},
                                           FakeBurst{Kind::lora, 20, 7},
                                           FakeBurst{Kind::lora, 15, 10}));

TEST(Whiten, GivesEveryFrequencyOfTheBandTheSamePowerAndTheRestNone) {
  Samples samples = noise_and({}, 1);
  for (std::size_t k = samples.size(); --k > 0;) samples[k] += 0.3F * samples[k - 1];  // Coloured.
  KeptFrequencies band(256);
  for (std::size_t k = 0; k < band.size(); ++k) band[k] = std::min(k, 256 - k) <= 57;
  Samples white = samples;
  whiten(white, band);
  const std::vector<double> powers = spectrum_of(white);
  const double usual = powers[32];
  for (std::size_t k = 0; k < powers.size(); ++k) {
    const std::size_t from_middle = k < 32 ? 32 - k : k - 32;
    if (from_middle <= 12) {
      EXPECT_NEAR(powers[k], usual, 0.25 * usual) << k;
    } else if (from_middle >= 17) {
      EXPECT_LT(powers[k], 0.01 * usual) << k;
    }
  }
}

// A burst in a tenth of the time, 20 dB above the noise, has a tenth of what is left or little
// more.
TEST(Whiten, LetsNoBurstBeMoreThanTheTimeItTakes) {
  Samples samples = noise_and({}, 1);
  const Samples louder = noise_and({}, 2);
  for (std::size_t k = 0; k < kSize / 10; ++k) samples[k] += 10.0F * louder[k];
  KeptFrequencies all(256, true);
  whiten(samples, all);
  double burst = 0;
  double whole = 0;
  for (std::size_t k = 0; k < kSize; ++k) {
    whole += std::norm(samples[k]);
    burst += k < kSize / 10 ? std::norm(samples[k]) : 0;
  }
  EXPECT_LT(burst / whole, 0.25);
}

TEST(ExciseFrequencies, LeavesAllOfABandOfNoiseAndNoneOfACarriers) {
  Samples noise = noise_and({}, 1);
  const KeptFrequencies of_noise = excise_frequencies(noise, kInner);
  EXPECT_GE(std::ranges::count(of_noise, true), 112);
  Samples carrier = noise_and({{Kind::carrier, 10}}, 1);  // At 0.07 of the rate.
  EXPECT_FALSE(excise_frequencies(carrier, kInner)[18]);
  const Samples before = noise_and({{Kind::carrier, 10}}, 1);
  Samples beside = before;
  const KeptFrequencies kept = excise_frequencies(beside, {0.26, 0.4});
  EXPECT_FALSE(kept[18]);  // Not of that band,
  double changed = 0;
  for (std::size_t k = 0; k < kSize; ++k) changed += std::norm(beside[k] - before[k]);
  EXPECT_LT(changed / kSize, 0.1);  // and so not touched.
}

}  // namespace
}  // namespace earshot::radio
