#include "radio/css/synchroniser.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "radio/css/chirp.h"
#include "radio/css/frame_measure.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr int kGridPerSymbol = 4;  // 2.25 down-chirps hold two whole windows of some quarter grid.
constexpr int kFirstSymbol = -1;   // Down-chirps begin so many symbols after the last window ...
constexpr int kSymbolsLooked = 8;  // ... and within so many.
constexpr double kMaxCarrier = 0.44;  // Of the bandwidth: what the wide stream passes whole.
constexpr std::size_t kGuesses = 8;
constexpr std::size_t kSyncs = 3;
constexpr int kScoredUpChirps = 6;
constexpr int kFittedUpChirps = 16;
// Of eight chirps that belong to the preamble or are down-chirps, so many hold a fair share of the
// power: data symbols that resemble a preamble have it all in one or two.
constexpr double kPresent = 0.25;
constexpr int kLeastPresent = 7;
// Of the strongest sync nibble's power, what the one asked for must have: noise may lift another.
constexpr double kRightSync = 0.4;
// Chosen: frames that can be decoded at all have 120 or more, noise alone below 50.
constexpr double kLeastEnergyToNoise = 85;

std::size_t as_size(std::int64_t value) { return static_cast<std::size_t>(value); }

double wrapped(double value, double period) {
  return value - period * std::floor(value / period + 0.5);
}

}  // namespace

Synchroniser::Synchroniser(int spreading_factor, const SyncOptions& options)
    : spreading_factor_(spreading_factor),
      chips_(chips_per_symbol(spreading_factor)),
      options_(options),
      fft_(as_size(chips_)),
      up_chirp_(chip_rate_up_chirp(spreading_factor)),
      buffer_(as_size(chips_)) {}

std::int64_t Synchroniser::last_needed(const PreambleCandidate& preamble) const {
  return (preamble.last_window + kFirstSymbol + kSymbolsLooked + 4) * chips_;
}

void Synchroniser::down_spectrum(SampleView window, std::vector<float>& power) {
  for (std::size_t k = 0; k < window.size(); ++k) {
    const Sample x = window[k];
    const Sample c = up_chirp_[k];
    fft_.in()[k] = {x.real() * c.real() - x.imag() * c.imag(),
                    x.real() * c.imag() + x.imag() * c.real()};
  }
  fft_.execute();
  power.resize(window.size());
  for (std::size_t k = 0; k < window.size(); ++k) power[k] = std::norm(fft_.out()[k]);
}

// A down-chirp that begins `delay` chips after its window puts its tone at carrier + delay; the
// preamble put it at carrier - delay of its own window. So every bin of every window names one
// delay and carrier, and only those fit whose down-chirp then covers this window and the next.
std::vector<Synchroniser::Guess> Synchroniser::find_down_chirps(const PreambleCandidate& preamble,
                                                                const StreamBuffer& narrow) {
  const std::int64_t grid = chips_ / kGridPerSymbol;
  const std::int64_t origin = (preamble.last_window + kFirstSymbol) * chips_;
  const int positions = kSymbolsLooked * kGridPerSymbol;
  std::vector<std::vector<float>> powers(static_cast<std::size_t>(positions + kGridPerSymbol));
  for (std::size_t i = 0; i < powers.size(); ++i) {
    const std::int64_t first = origin + static_cast<std::int64_t>(i) * grid;
    if (first < narrow.begin() || first + chips_ > narrow.end()) {
      powers[i].assign(as_size(chips_), 0);
      continue;
    }
    down_spectrum(narrow.view(first, as_size(chips_)), powers[i]);
  }
  std::vector<Guess> guesses;
  const auto chips = static_cast<double>(chips_);
  for (std::size_t i = 0; i < static_cast<std::size_t>(positions); ++i) {
    const std::int64_t first = origin + static_cast<std::int64_t>(i) * grid;
    const std::vector<float>& now = powers[i];
    const std::vector<float>& next = powers[i + kGridPerSymbol];
    Guess best;
    for (std::size_t d = 0; d < now.size(); ++d) {
      const std::size_t e = (d + 1) % now.size();
      const double sum = static_cast<double>(now[d]) + now[e] + next[d] + next[e];
      if (sum <= best.score) continue;
      const double bin =
          static_cast<double>(d) + (static_cast<double>(now[e]) + next[e]) / std::max(sum, 1e-30);
      // Twice the delay, in (-0.6 N, 0.4 N): whole windows have it in [-N/2, 0].
      const double twice =
          chips * -0.1 +
          wrapped(bin - preamble.bin - static_cast<double>(first) + 0.1 * chips, chips);
      if (twice < -0.56 * chips || twice > 0.06 * chips) continue;
      const double carrier = wrapped(bin - twice / 2, chips);
      if (std::abs(carrier) > kMaxCarrier * chips) continue;
      best = {static_cast<double>(first) + twice / 2, carrier, sum, 0};
    }
    if (best.score > 0) guesses.push_back(best);
  }
  std::sort(guesses.begin(), guesses.end(),
            [](const Guess& a, const Guess& b) { return a.score > b.score; });
  if (guesses.size() > kGuesses) guesses.resize(kGuesses);
  return guesses;
}

// Power of a tone within one chirp, at a fractional bin.
float Synchroniser::power_at(const StreamBuffer& narrow, std::int64_t first, bool up, double bins) {
  if (first < narrow.begin() || first + chips_ > narrow.end()) return 0;
  const double chips = static_cast<double>(chips_);
  const double slope = up ? -1 / chips : 1 / chips;
  rotate({0, (up ? 0.5 : -0.5) - bins / chips, slope}, narrow.view(first, as_size(chips_)),
         buffer_);
  Sample sum;
  for (const Sample& sample : buffer_) sum += sample;
  return std::norm(sum);
}

int Synchroniser::best_sync_nibble(const StreamBuffer& narrow, std::int64_t first, double bins,
                                   std::optional<int> wanted, double& score) {
  if (first < narrow.begin() || first + chips_ > narrow.end()) return 0;
  const double chips = static_cast<double>(chips_);
  rotate({0, 0.5 - bins / chips, -1 / chips}, narrow.view(first, as_size(chips_)), fft_.in());
  fft_.execute();
  int best = 0;
  const auto power = [this](int nibble) {
    return static_cast<double>(std::norm(fft_.out()[static_cast<std::size_t>(8 * nibble)]));
  };
  for (int nibble = 1; nibble < 16; ++nibble) {
    if (power(nibble) > power(best)) best = nibble;
  }
  if (wanted && power(*wanted) > kRightSync * power(best)) best = *wanted;
  score += power(best);
  return best;
}

// Everything that should be there if the down-chirps begin where the guess says.
void Synchroniser::score(Guess& guess, const StreamBuffer& narrow) {
  const std::int64_t down = std::llround(guess.chip);
  const double late = guess.chip - static_cast<double>(down);
  const double up_bins = guess.bins - late;
  std::vector<double> powers;
  for (int i = 1; i <= kScoredUpChirps; ++i) {
    powers.push_back(power_at(narrow, down - (2 + i) * chips_, true, up_bins));
  }
  for (int i = 0; i < 2; ++i) {
    powers.push_back(power_at(narrow, down + i * chips_, false, guess.bins + late));
  }
  guess.score = std::accumulate(powers.begin(), powers.end(), 0.0);
  const double enough = kPresent * guess.score / static_cast<double>(powers.size());
  guess.present = static_cast<int>(std::count_if(
      powers.begin(), powers.end(), [enough](double power) { return power > enough; }));
  const auto nibble = [this](int shift) {
    return options_.sync_word ? std::optional<int>(*options_.sync_word >> shift & 15)
                              : std::nullopt;
  };
  const int high = best_sync_nibble(narrow, down - 2 * chips_, up_bins, nibble(4), guess.score);
  const int low = best_sync_nibble(narrow, down - chips_, up_bins, nibble(0), guess.score);
  guess.sync_word = static_cast<std::uint8_t>(high << 4 | low);
  if (options_.sync_word && guess.sync_word != *options_.sync_word) guess.present = 0;
}

// The length that separates strong from weak best: an amplitude halfway is for and against.
int Synchroniser::count_preamble(const Guess& guess, const PreambleCandidate& preamble,
                                 const StreamBuffer& narrow) {
  const std::int64_t down = std::llround(guess.chip);
  const double up_bins = guess.bins - (guess.chip - static_cast<double>(down));
  double level = 0;
  double sum = 0;
  double best = -1;
  int count = 0;
  int i = 1;
  for (; down - (2 + i) * chips_ >= narrow.begin(); ++i) {
    const double amplitude =
        std::sqrt(static_cast<double>(power_at(narrow, down - (2 + i) * chips_, true, up_bins)));
    if (i <= kScoredUpChirps - 1) {
      level += amplitude / (kScoredUpChirps - 1);
      continue;
    }
    sum += amplitude - 0.55 * level;
    if (sum > best) {
      best = sum;
      count = i;
    }
    if (sum < best - 3 * level) break;
  }
  if (narrow.begin() > 0 && down - (2 + i) * chips_ < narrow.begin() && count + 1 == i) {
    // Longer than what is kept: from when it was first noticed, to a symbol or two.
    const std::int64_t noticed = (preamble.first_window - 4) * chips_;
    count = std::max(count, static_cast<int>((down - 2 * chips_ - noticed) / chips_));
  }
  return std::max(count, 6);
}

std::optional<Sync> Synchroniser::refine(const Guess& guess, int preamble_symbols,
                                         const StreamBuffer& wide) {
  CssParams params;
  params.spreading_factor = spreading_factor_;
  params.preamble_symbols = std::min(preamble_symbols, kFittedUpChirps);
  params.sync_word = guess.sync_word;
  const std::vector<Chirp> chirps = frame_chirps(params, {});
  const double before = static_cast<double>((params.preamble_symbols + 2) * chips_);
  const auto margin = static_cast<std::int64_t>(chips_);
  FrameModel model;
  model.samples_per_chip = options_.wide_per_chip;
  model.start = (guess.chip - before) * 2;
  model.carrier = guess.bins / static_cast<double>(chips_) / options_.wide_per_chip;
  const std::int64_t first =
      std::max(wide.begin(), static_cast<std::int64_t>(model.start) - margin);
  const auto end =
      static_cast<std::int64_t>(model.start + (before + 2.25 * static_cast<double>(chips_)) * 2);
  if (end + margin > wide.end() || first >= end) return std::nullopt;
  model.start -= static_cast<double>(first);
  FitOptions fit;
  fit.spreading_factor = spreading_factor_;
  fit.uncertainty = 1;
  if (options_.radio_turns_per_sample > 0) {
    fit.clock = ClockModel::tied;
    fit.radio_turns_per_sample = options_.radio_turns_per_sample;
  }
  const SampleView samples = wide.view(first, as_size(end + margin - first));
  const FrameMeasurement found = measure_chirps(model, chirps, samples, fit);
  Sync sync;
  sync.model = found.model;
  sync.model.start = found.model.position(static_cast<double>(
                         (params.preamble_symbols - preamble_symbols) * chips_)) +
                     static_cast<double>(first);
  sync.preamble_symbols = preamble_symbols;
  sync.sync_word = guess.sync_word;
  sync.amplitude_squared = found.signal_power;
  sync.energy_to_noise = found.signal_power / std::max(found.noise_power, 1e-30) *
                         (before + 2.25 * static_cast<double>(chips_));
  return sync;
}

std::vector<Sync> Synchroniser::run(const PreambleCandidate& preamble, const StreamBuffer& narrow,
                                    const StreamBuffer& wide) {
  std::vector<Guess> guesses = find_down_chirps(preamble, narrow);
  for (Guess& guess : guesses) score(guess, narrow);
  std::stable_sort(guesses.begin(), guesses.end(),
                   [](const Guess& a, const Guess& b) { return a.score > b.score; });
  std::vector<Sync> syncs;
  std::vector<double> tried;
  for (const Guess& guess : guesses) {
    const bool near = std::any_of(tried.begin(), tried.end(), [&](double chip) {
      return std::abs(chip - guess.chip) < static_cast<double>(chips_) / 8;
    });
    if (near || guess.present < kLeastPresent) continue;
    if (tried.size() == kSyncs) break;
    tried.push_back(guess.chip);
    const std::optional<Sync> sync = refine(guess, count_preamble(guess, preamble, narrow), wide);
    if (sync && sync->energy_to_noise > kLeastEnergyToNoise) syncs.push_back(*sync);
  }
  return syncs;
}

}  // namespace earshot::radio
