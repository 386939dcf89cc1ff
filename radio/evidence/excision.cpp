#include "radio/evidence/excision.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "radio/css/fft.h"
#include "radio/css/rotation.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kTile = 256;  // Chosen: 1 ms at 250 kS/s, bursts are longer.
// Chosen, over the median (0.69 of the mean): noise stands out by so much in 1 of 1000 tiles, and
// in 1 of 4000 chirp bins.
constexpr float kTileExcess = 10;
constexpr float kChirpExcess = 12;
constexpr float kFrequencyExcess = 1.4F;  // Over the band's median: something sits there all along.
constexpr float kMostOfTile = 3;          // Of the median: noise has more in one of eight tiles.
constexpr int kMinChirpSf = 7;
constexpr int kMaxChirpSf = 12;
constexpr std::size_t kChirpSkirt = 4;  // Bins beside a line that its window spreads it over.

float median_of(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Short-time spectra under a sine window, half overlapping: changed spectra add up to samples
// again.
class Overlapped {
 public:
  explicit Overlapped(std::size_t size)
      : size_(size), forward_(size), backward_(size, Fft::Direction::backward), window_(size) {
    for (std::size_t k = 0; k < size; ++k) {
      window_[k] = static_cast<float>(
          std::sin(std::numbers::pi * (static_cast<double>(k) + 0.5) / static_cast<double>(size)));
    }
  }

  std::size_t blocks(std::size_t samples) const { return samples / (size_ / 2) + 2; }

  std::span<const Sample> spectrum(SampleView samples, std::size_t block) {
    for (std::size_t k = 0; k < size_; ++k) {
      const std::ptrdiff_t at = index(block, k);
      const bool inside = at >= 0 && at < static_cast<std::ptrdiff_t>(samples.size());
      forward_.in()[k] = inside ? samples[static_cast<std::size_t>(at)] * window_[k] : Sample();
    }
    forward_.execute();
    return forward_.out();
  }

  // Adds back what `change` leaves of each block's spectrum.
  template <class Change>
  void rebuild(Samples& samples, Change&& change) {
    Samples out(samples.size());
    for (std::size_t block = 0; block < blocks(samples.size()); ++block) {
      const std::span<const Sample> spectrum_now = spectrum(samples, block);
      std::ranges::copy(spectrum_now, backward_.in().begin());
      change(block, backward_.in());
      backward_.execute();
      for (std::size_t k = 0; k < size_; ++k) {
        const std::ptrdiff_t at = index(block, k);
        if (at < 0 || at >= static_cast<std::ptrdiff_t>(out.size())) continue;
        out[static_cast<std::size_t>(at)] +=
            backward_.out()[k] * (window_[k] / static_cast<float>(size_));
      }
    }
    samples = std::move(out);
  }

 private:
  std::ptrdiff_t index(std::size_t block, std::size_t k) const {
    return static_cast<std::ptrdiff_t>(block * (size_ / 2) + k) -
           static_cast<std::ptrdiff_t>(size_ / 2);
  }

  std::size_t size_;
  Fft forward_, backward_;
  std::vector<float> window_;
};

// Median power of each frequency over time.
std::vector<float> noise_of_frequencies(Overlapped& tiles, SampleView samples) {
  std::vector<std::vector<float>> powers(kTile);
  for (std::size_t block = 0; block < tiles.blocks(samples.size()); ++block) {
    const std::span<const Sample> spectrum = tiles.spectrum(samples, block);
    for (std::size_t k = 0; k < kTile; ++k) powers[k].push_back(std::norm(spectrum[k]));
  }
  std::vector<float> medians;
  medians.reserve(powers.size());
  for (std::vector<float>& of_frequency : powers) medians.push_back(median_of(of_frequency));
  return medians;
}

// Zeroes what `is_hot` names, with `skirt` bins to either side, around the end too.
void zero_hot(std::span<Sample> spectrum, const std::vector<bool>& is_hot, std::size_t skirt) {
  const std::size_t size = spectrum.size();
  for (std::size_t k = 0; k < size; ++k) {
    if (!is_hot[k]) continue;
    for (std::size_t d = 0; d <= 2 * skirt; ++d) spectrum[(k + size - skirt + d) % size] = {};
  }
}

void excise_chirp(Samples& samples, int spreading_factor, bool up) {
  const std::size_t symbol = std::size_t{2} << spreading_factor;  // Two samples per chip.
  if (samples.size() < symbol) return;
  // A chirp sweeps the bandwidth, half of the rate, in a symbol.
  const double slope = (up ? -0.5 : 0.5) / static_cast<double>(symbol);
  const QuadraticPhase still = {0, 0, slope};
  const QuadraticPhase back = {0, 0, -slope};
  // One sweep over all samples stands for the chirps of every block: it only shifts their lines.
  rotate(still, samples);
  Overlapped blocks(symbol);
  std::vector<float> powers(symbol);
  std::vector<bool> is_hot(symbol);
  blocks.rebuild(samples, [&](std::size_t, std::span<Sample> spectrum) {
    for (std::size_t k = 0; k < symbol; ++k) powers[k] = std::norm(spectrum[k]);
    std::vector<float> sorted = powers;
    const float limit = kChirpExcess * median_of(sorted);
    for (std::size_t k = 0; k < symbol; ++k) is_hot[k] = powers[k] > limit;
    zero_hot(spectrum, is_hot, kChirpSkirt);
  });
  rotate(back, samples);
}

}  // namespace

void notch_waveform(Samples& samples, SampleView waveform, double rate_hz, double width_hz) {
  const std::size_t size = samples.size();
  Fft forward(size);
  Fft backward(size, Fft::Direction::backward);
  for (std::size_t k = 0; k < size; ++k) forward.in()[k] = samples[k] * std::conj(waveform[k]);
  forward.execute();
  const auto reach = static_cast<std::size_t>(width_hz / rate_hz * static_cast<double>(size));
  for (std::size_t k = 0; k < size; ++k) {
    const bool kept = std::min(k, size - k) > reach;
    backward.in()[k] = kept ? Sample() : forward.out()[k];
  }
  backward.execute();
  const float scale = 1.0F / static_cast<float>(size);
  for (std::size_t k = 0; k < size; ++k) samples[k] -= backward.out()[k] * waveform[k] * scale;
}

void excise_tiles(Samples& samples) {
  Overlapped tiles(kTile);
  const std::vector<float> noise = noise_of_frequencies(tiles, samples);
  std::vector<bool> is_hot(kTile);
  tiles.rebuild(samples, [&](std::size_t, std::span<Sample> spectrum) {
    for (std::size_t k = 0; k < kTile; ++k) {
      is_hot[k] = std::norm(spectrum[k]) > kTileExcess * noise[k];
    }
    zero_hot(spectrum, is_hot, 1);
  });
}

void excise_chirps(Samples& samples) {
  for (int spreading_factor = kMaxChirpSf; spreading_factor >= kMinChirpSf; --spreading_factor) {
    excise_chirp(samples, spreading_factor, true);
    excise_chirp(samples, spreading_factor, false);
  }
}

namespace {

// Takes out of `kept` where the noise stands above the median of those.
void drop_loud(const std::vector<float>& noise, KeptFrequencies& kept) {
  std::vector<float> levels;
  for (std::size_t k = 0; k < kTile; ++k) {
    if (kept[k]) levels.push_back(noise[k]);
  }
  if (levels.empty()) return;
  const float most = kFrequencyExcess * median_of(levels);
  for (std::size_t k = 0; k < kTile; ++k) kept[k] = kept[k] && noise[k] <= most;
}

}  // namespace

KeptFrequencies excise_frequencies(Samples& samples, const Band& band) {
  Overlapped tiles(kTile);
  const std::vector<float> noise = noise_of_frequencies(tiles, samples);
  KeptFrequencies of_band(kTile);
  for (std::size_t k = 0; k < kTile; ++k) {
    const double frequency = static_cast<double>(std::min(k, kTile - k)) / kTile;
    of_band[k] = frequency >= band.from && frequency <= band.to;
  }
  KeptFrequencies kept = of_band;
  drop_loud(noise, kept);
  tiles.rebuild(samples, [&](std::size_t, std::span<Sample> spectrum) {
    for (std::size_t k = 0; k < kTile; ++k) {
      if (of_band[k] && !kept[k]) spectrum[k] = {};
    }
  });
  return kept;
}

void keep_frequencies(Samples& samples, const KeptFrequencies& kept) {
  Overlapped tiles(kTile);
  KeptFrequencies left = kept;
  drop_loud(noise_of_frequencies(tiles, samples), left);
  tiles.rebuild(samples, [&](std::size_t, std::span<Sample> spectrum) {
    for (std::size_t k = 0; k < kTile; ++k) {
      if (!left[k]) spectrum[k] = {};
    }
  });
}

void whiten(Samples& samples, const KeptFrequencies& kept) {
  Overlapped tiles(kTile);
  const std::vector<float> noise = noise_of_frequencies(tiles, samples);
  KeptFrequencies left = kept;
  drop_loud(noise, left);
  std::vector<float> gains(kTile);
  for (std::size_t k = 0; k < kTile; ++k) {
    gains[k] = left[k] && noise[k] > 0 ? 1 / std::sqrt(noise[k]) : 0;
  }
  tiles.rebuild(samples, [&](std::size_t, std::span<Sample> spectrum) {
    for (std::size_t k = 0; k < kTile; ++k) {
      spectrum[k] *= gains[k];
      const float power = std::norm(spectrum[k]);
      if (power > kMostOfTile) spectrum[k] *= std::sqrt(kMostOfTile / power);
    }
  });
}

}  // namespace earshot::radio
