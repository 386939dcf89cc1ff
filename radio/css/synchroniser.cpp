#include "radio/css/synchroniser.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "radio/css/chirp.h"
#include "radio/css/kernels.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr int kGridPerSymbol = 4;  // 2.25 down-chirps hold two whole windows of some quarter grid.
// Down-chirps begin so many symbols after the last window, which lags behind the preamble's end by
// as much as the detector's sum over windows still shows it, and within so many.
constexpr int kFirstSymbol = -4;
constexpr int kSymbolsLooked = 11;
constexpr double kMaxCarrier = 0.44;  // Of the bandwidth: what the wide stream passes whole.
constexpr std::size_t kGuesses = 40;
constexpr double kWorthALook = 0.45;  // Of the strongest pair of down-chirps.
constexpr std::size_t kSyncs = 12;
constexpr int kScoredUpChirps = 6;
constexpr int kFittedUpChirps = 16;
// Of eight chirps that belong to the preamble or are down-chirps, so many hold a fair share of the
// power: data symbols that resemble a preamble have it all in one or two.
constexpr double kPresent = 0.1;
constexpr int kLeastPresent = 7;
// Of that mean, what each down-chirp must hold: noise alone has as much near the threshold, far
// above it only the right place does.
constexpr double kDownPresent = 0.1;
// Of the best guess's score, what others must have to be looked at.
constexpr double kNearBest = 0.7;
// From here on preambles are so long that a clock 50 ppm off shows in them.
constexpr int kShowsClock = 10;
// Bins and chips within which two guesses are one: neighbouring windows see the same down-chirps.
constexpr double kSameGuess = 2;
// Energy over noise density from which six up-chirps place a frame well enough to be decoded, and
// no other guess can be right.
constexpr double kPlaced = 600;
// Of the scored chirps' power over the mean power of a bin. Chosen: frames that can be decoded at
// all have 110, noise alone 60.
constexpr double kLeastScore = 62;
// Of the strongest sync nibble's power, what the one asked for must have: noise may lift another.
constexpr double kRightSync = 0.4;
// Of six up-chirps, sync word and down-chirps. Chosen: frames that can be decoded at all have 105,
// noise alone below 50.
constexpr double kLeastEnergyToNoise = 50;

std::size_t as_size(std::int64_t value) { return static_cast<std::size_t>(value); }

double wrapped(double value, double period) {
  return value - period * std::floor(value / period + 0.5);
}

double pair_power(const std::vector<float>& power, std::size_t pair) {
  return static_cast<double>(power[pair]) + power[(pair + 1) % power.size()];
}

// The pair of bins with most power around a bin.
std::size_t best_pair(const std::vector<float>& power, double centre) {
  const auto size = static_cast<std::int64_t>(power.size());
  const auto nearest = static_cast<std::int64_t>(std::floor(centre));
  std::size_t best = 0;
  double most = -1;
  for (std::int64_t k = nearest - 1; k <= nearest + 1; ++k) {
    const std::size_t pair = as_size(((k % size) + size) % size);
    if (pair_power(power, pair) <= most) continue;
    most = pair_power(power, pair);
    best = pair;
  }
  return best;
}

}  // namespace

Synchroniser::Synchroniser(int spreading_factor, const SyncOptions& options)
    : spreading_factor_(spreading_factor),
      chips_(chips_per_symbol(spreading_factor)),
      options_(options),
      fft_(as_size(chips_)),
      up_chirp_(chip_rate_up_chirp(spreading_factor)),
      down_chirp_(up_chirp_),
      buffer_(as_size(chips_)) {
  for (Sample& sample : down_chirp_) sample = std::conj(sample);
}

std::int64_t Synchroniser::last_needed(const PreambleCandidate& preamble) const {
  return (preamble.last_window + kFirstSymbol + kSymbolsLooked + 4) * chips_;
}

// Powers of a window's bins, dechirped for up- or down-chirps; false and zeros when it is not
// there.
bool Synchroniser::spectrum(const StreamBuffer& narrow, std::int64_t first, bool up,
                            Powers& power) {
  power.assign(as_size(chips_), 0);
  if (first < narrow.begin() || first + chips_ > narrow.end()) return false;
  const SampleView window = narrow.view(first, as_size(chips_));
  multiply(window, up ? down_chirp_ : up_chirp_, fft_.in());
  fft_.execute();
  powers(fft_.out(), power);
  return true;
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
    spectrum(narrow, origin + static_cast<std::int64_t>(i) * grid, false, powers[i]);
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
  std::vector<Guess> distinct;
  for (const Guess& guess : guesses) {
    if (guess.score < kWorthALook * guesses.front().score) break;
    const bool known = std::any_of(distinct.begin(), distinct.end(), [&guess](const Guess& other) {
      return std::abs(guess.chip - other.chip) < kSameGuess &&
             std::abs(guess.bins - other.bins) < kSameGuess;
    });
    if (!known) distinct.push_back(guess);
    if (distinct.size() == kGuesses) break;
  }
  return distinct;
}

// Power of an up-chirp at a fractional bin.
float Synchroniser::power_at(const StreamBuffer& narrow, std::int64_t first, double bins) {
  if (first < narrow.begin() || first + chips_ > narrow.end()) return 0;
  const double chips = static_cast<double>(chips_);
  rotate({0, 0.5 - bins / chips, -1 / chips}, narrow.view(first, as_size(chips_)), buffer_);
  return static_cast<float>(std::norm(sum(buffer_)));
}

// What a bin of a chirp's spectrum holds in the mean, between two chips of the stream.
double Synchroniser::mean_bin_power(const StreamBuffer& narrow, std::int64_t first,
                                    std::int64_t last) const {
  first = std::clamp(first, narrow.begin(), narrow.end());
  last = std::clamp(last, first, narrow.end());
  Powers power(as_size(last - first));
  powers(narrow.view(first, power.size()), power);
  return sum(power) / static_cast<double>(std::max<std::int64_t>(last - first, 1)) *
         static_cast<double>(chips_);
}

// Everything that should be there if the down-chirps begin where the guess says. Two neighbouring
// bins together hold a tone between them.
void Synchroniser::score(Guess& guess, const StreamBuffer& narrow) {
  const std::int64_t down = std::llround(guess.chip);
  const double late = guess.chip - static_cast<double>(down);
  std::vector<double> powers;
  guess.score = 0;
  std::size_t up_pair = 0;
  for (const bool up : {true, false}) {
    std::vector<Powers> windows(up ? kScoredUpChirps : 2);
    Powers sum(as_size(chips_), 0);
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const auto symbol = static_cast<std::int64_t>(i);
      spectrum(narrow, down + (up ? -(3 + symbol) : symbol) * chips_, up, windows[i]);
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += windows[i][k];
    }
    const double centre = up ? guess.bins - late : guess.bins + late;
    const std::size_t pair = best_pair(sum, centre);
    if (up) up_pair = pair;
    for (const Powers& window : windows) powers.push_back(pair_power(window, pair));
  }
  guess.score = std::accumulate(powers.begin(), powers.end(), 0.0);
  const double mean = guess.score / static_cast<double>(powers.size());
  const double enough = kPresent * mean;
  guess.present = static_cast<int>(std::count_if(
      powers.begin(), powers.end(), [enough](double power) { return power > enough; }));
  const bool has_down_chirps =
      *powers.rbegin() > kDownPresent * mean && *std::next(powers.rbegin()) > kDownPresent * mean;
  if (!has_down_chirps) guess.present = 0;
  score_sync_word(guess, narrow, up_pair);
}

void Synchroniser::score_sync_word(Guess& guess, const StreamBuffer& narrow, std::size_t pair) {
  const std::int64_t down = std::llround(guess.chip);
  guess.sync_word = 0;
  for (const int symbol : {2, 1}) {
    spectrum(narrow, down - symbol * chips_, true, power_);
    const auto power = [&](int nibble) {
      return pair_power(power_, (pair + 8 * static_cast<std::size_t>(nibble)) % power_.size());
    };
    int best = 0;
    for (int nibble = 1; nibble < 16; ++nibble) {
      if (power(nibble) > power(best)) best = nibble;
    }
    if (options_.sync_word) {
      const int wanted = *options_.sync_word >> (symbol == 2 ? 4 : 0) & 15;
      if (power(wanted) < kRightSync * power(best)) guess.present = 0;
      best = wanted;
    }
    guess.score += power(best);
    guess.sync_word = static_cast<std::uint8_t>(guess.sync_word << 4 | best);
  }
}

// The length that separates strong from weak best: an amplitude halfway is for and against.
int Synchroniser::count_preamble(const Sync& sync, const PreambleCandidate& preamble,
                                 const StreamBuffer& narrow) {
  const double chips = static_cast<double>(chips_);
  const double end = sync.model.position(sync.preamble_symbols * chips) / 2;
  const std::int64_t last = std::llround(end);
  const double bins =
      sync.model.carrier * options_.wide_per_chip * chips - (end - static_cast<double>(last));
  double level = 0;
  double sum = 0;
  double best = -1;
  int count = 0;
  int i = 1;
  for (; last - i * chips_ >= narrow.begin(); ++i) {
    const double amplitude =
        std::sqrt(static_cast<double>(power_at(narrow, last - i * chips_, bins)));
    if (i < kScoredUpChirps) {
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
  if (narrow.begin() > 0 && last - i * chips_ < narrow.begin() && count + 1 == i) {
    // Longer than what is kept: from when it was first noticed, to a symbol or two.
    const std::int64_t noticed = (preamble.first_window - 4) * chips_;
    count = std::max(count, static_cast<int>((last - noticed) / chips_));
  }
  return std::max(count, kScoredUpChirps);
}

// `guess`: start of the preamble's last `preamble_symbols`, in wide samples.
std::optional<Sync> Synchroniser::refine(const FrameModel& guess, int preamble_symbols,
                                         std::uint8_t sync_word, const StreamBuffer& wide) {
  CssParams params;
  params.spreading_factor = spreading_factor_;
  params.preamble_symbols = preamble_symbols;
  params.sync_word = sync_word;
  const std::vector<Chirp> chirps = frame_chirps(params, {});
  const double length = (preamble_symbols + 4.25) * static_cast<double>(chips_);
  // Even, as chips are.
  const auto first =
      std::max(wide.begin(), static_cast<std::int64_t>(guess.start) - chips_) / 2 * 2;
  const auto end = static_cast<std::int64_t>(guess.position(length)) + chips_;
  if (end > wide.end() || first >= end) return std::nullopt;
  FrameModel model = guess;
  model.start -= static_cast<double>(first);
  FitOptions fit;
  fit.spreading_factor = spreading_factor_;
  fit.uncertainty = 1;
  fit.has_images = options_.has_images;
  if (options_.radio_turns_per_sample > 0) {
    fit.clock = ClockModel::tied;
    fit.radio_turns_per_sample = options_.radio_turns_per_sample;
  } else if (spreading_factor_ >= kShowsClock) {
    fit.clock = ClockModel::estimated;
  }
  const FrameMeasurement found =
      meter_.run(model, chirps, wide.view(first, as_size(end - first)), fit);
  Sync sync;
  sync.model = found.model;
  sync.model.start += static_cast<double>(first);
  sync.preamble_symbols = preamble_symbols;
  sync.sync_word = sync_word;
  sync.amplitude_squared = found.signal_power;
  sync.energy_to_noise = found.signal_power / std::max(found.noise_power, 1e-30) * length;
  return sync;
}

std::vector<Sync> Synchroniser::run(const PreambleCandidate& preamble, const StreamBuffer& narrow,
                                    const StreamBuffer& wide) {
  std::vector<Guess> guesses = find_down_chirps(preamble, narrow);
  for (Guess& guess : guesses) score(guess, narrow);
  const double noise =
      mean_bin_power(narrow, (preamble.last_window - kScoredUpChirps) * chips_,
                     (preamble.last_window + kFirstSymbol + kSymbolsLooked) * chips_);
  std::stable_sort(guesses.begin(), guesses.end(),
                   [](const Guess& a, const Guess& b) { return a.score > b.score; });
  std::vector<Sync> syncs;
  std::vector<double> tried;
  double best = 0;
  const double chips = static_cast<double>(chips_);
  for (const Guess& guess : guesses) {
    const bool near = std::any_of(tried.begin(), tried.end(), [&](double chip) {
      return std::abs(chip - guess.chip) < chips / 8;
    });
    if (near || guess.present < kLeastPresent) continue;
    if (guess.score < kLeastScore * noise) continue;
    if (guess.score < kNearBest * best) break;
    best = std::max(best, guess.score);
    if (tried.size() == kSyncs) break;
    tried.push_back(guess.chip);
    FrameModel model;
    model.samples_per_chip = options_.wide_per_chip;
    model.start = (guess.chip - (kScoredUpChirps + 2) * chips) * 2;
    model.carrier = guess.bins / chips / options_.wide_per_chip;
    std::optional<Sync> sync = refine(model, kScoredUpChirps, guess.sync_word, wide);
    if (sync && sync->energy_to_noise > kLeastEnergyToNoise) syncs.push_back(*sync);
    if (sync && sync->energy_to_noise > kPlaced) break;
  }
  std::stable_sort(syncs.begin(), syncs.end(), [](const Sync& a, const Sync& b) {
    return a.energy_to_noise > b.energy_to_noise;
  });
  for (Sync& sync : syncs) extend(sync, count_preamble(sync, preamble, narrow), wide);
  return syncs;
}

// Takes the whole preamble into the fit.
void Synchroniser::extend(Sync& sync, int preamble_symbols, const StreamBuffer& wide) {
  const auto back = [this](Sync& at, int symbols) {
    at.model.start = at.model.position(-static_cast<double>(symbols * chips_));
    at.preamble_symbols += symbols;
  };
  const int fitted = std::min(preamble_symbols, kFittedUpChirps);
  back(sync, fitted - sync.preamble_symbols);
  if (fitted > kScoredUpChirps && sync.energy_to_noise < kPlaced) {
    if (const auto better = refine(sync.model, fitted, sync.sync_word, wide)) sync = *better;
  }
  back(sync, preamble_symbols - fitted);
}

}  // namespace earshot::radio
