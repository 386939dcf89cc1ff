#include "radio/css/head_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "radio/css/chirp.h"
#include "radio/css/kernels.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kGridPerSymbol =
    4;  // 2.25 down-chirps hold two whole windows of some quarter grid.
// Down-chirps begin so many symbols after the last window, which lags behind the preamble's end by
// as much as the detector's sum over windows still shows it, and within so many.
constexpr int kFirstSymbol = -4;
constexpr std::size_t kSymbolsLooked = 11;
constexpr double kMaxCarrier = 0.44;  // Of the bandwidth: what the wide stream passes whole.
constexpr std::size_t kGuesses = 64;
constexpr std::size_t kBinsAtOnce = 32;  // Divides every symbol.
constexpr double kWorthALook = 0.45;     // Of the strongest pair of down-chirps.
// Of eight chirps that belong to the preamble or are down-chirps, so many hold a fair share of the
// power: data symbols that resemble a preamble have it all in one or two.
constexpr double kPresent = 0.1;
constexpr int kLeastPresent = 7;
// Of that mean, what each down-chirp must hold: noise alone has as much near the threshold, far
// above it only the right place does.
constexpr double kDownPresent = 0.1;
// Of the best guess's score, what others must have to be looked at.
constexpr double kNearBest = 0.7;
// Bins and chips within which two guesses are one: neighbouring windows see the same down-chirps.
constexpr double kSameGuess = 2;
constexpr std::size_t kWithNeighbours = 6;
// Of the scored chirps' power over the mean power of a bin. Chosen: frames that can be decoded at
// all have 80, noise alone 60.
constexpr double kLeastScore = 62;
// Of the strongest sync nibble's power, what the one asked for must have: noise may lift another.
constexpr double kRightSync = 0.4;

std::int64_t as_index(std::size_t value) { return static_cast<std::int64_t>(value); }
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

bool are_same(const HeadGuess& a, const HeadGuess& b) {
  return std::abs(a.chip - b.chip) < kSameGuess && std::abs(a.bins - b.bins) < kSameGuess;
}

bool has_higher_score(const HeadGuess& a, const HeadGuess& b) {
  return a.score != b.score ? a.score > b.score : a.chip < b.chip;
}

}  // namespace

HeadSearch::HeadSearch(int spreading_factor, std::optional<std::uint8_t> sync_word)
    : chips_(chips_per_symbol(spreading_factor)),
      sync_word_(sync_word),
      fft_(as_size(chips_)),
      up_chirp_(chip_rate_up_chirp(spreading_factor)),
      down_chirp_(up_chirp_),
      power_(as_size(chips_)) {
  for (Sample& sample : down_chirp_) sample = std::conj(sample);
}

std::int64_t HeadSearch::last_needed(const PreambleCandidate& preamble) const {
  return (preamble.last_window + kFirstSymbol + as_index(kSymbolsLooked) + 4) * chips_;
}

std::vector<HeadGuess> HeadSearch::run(const PreambleCandidate& preamble,
                                       const StreamBuffer& narrow, std::size_t most) {
  std::vector<HeadGuess> guesses = find_down_chirps(preamble, narrow);
  for (HeadGuess& guess : guesses) score(guess, narrow);
  const double noise =
      mean_bin_power(narrow, (preamble.last_window - kScoredUpChirps) * chips_,
                     (preamble.last_window + kFirstSymbol + as_index(kSymbolsLooked)) * chips_);
  std::sort(guesses.begin(), guesses.end(), has_higher_score);
  add_neighbours(guesses, narrow);
  std::vector<HeadGuess> kept;
  for (const HeadGuess& guess : guesses) {
    const bool near = std::any_of(kept.begin(), kept.end(), [&](const HeadGuess& other) {
      return std::abs(other.chip - guess.chip) < static_cast<double>(chips_) / 8;
    });
    if (near || guess.present < kLeastPresent || guess.score < kLeastScore * noise) continue;
    if (kept.size() == most || (!kept.empty() && guess.score < kNearBest * kept[0].score)) break;
    kept.push_back(guess);
  }
  return kept;
}

// Powers of a window's bins, dechirped for up- or down-chirps; false and zeros when it is not
// there.
bool HeadSearch::spectrum(const StreamBuffer& narrow, std::int64_t first, bool up, Powers& power) {
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
std::optional<HeadGuess> HeadSearch::guess_of(double bin, double preamble_bin,
                                              std::int64_t first) const {
  const auto chips = static_cast<double>(chips_);
  const auto origin = static_cast<double>(first);
  // Twice the delay, in (-0.6 N, 0.4 N): whole windows have it in [-N/2, 0].
  const double twice = chips * -0.1 + wrapped(bin - preamble_bin - origin + 0.1 * chips, chips);
  if (twice < -0.56 * chips || twice > 0.06 * chips) return std::nullopt;
  const double carrier = wrapped(bin - twice / 2, chips);
  if (std::abs(carrier) > kMaxCarrier * chips) return std::nullopt;
  HeadGuess guess;
  guess.chip = origin + twice / 2;
  guess.bins = carrier;
  return guess;
}

// The two strongest guesses of one pair of windows, a symbol apart, not side by side, above
// `least`.
std::array<HeadGuess, 2> HeadSearch::strongest(const Powers& now, const Powers& next,
                                               double preamble_bin, std::int64_t first,
                                               double least) {
  pair_sums(now, next, power_);
  std::array<HeadGuess, 2> best;
  const auto consider = [&](std::size_t d) {
    const double sum = power_[d];
    if (sum <= std::max(least, best[1].score)) return;
    const std::size_t e = (d + 1) % now.size();
    const double upper = static_cast<double>(now[e]) + next[e];
    const double bin = static_cast<double>(d) + upper / std::max(sum, 1e-30);
    std::optional<HeadGuess> guess = guess_of(bin, preamble_bin, first);
    if (!guess) return;
    guess->score = sum;
    if (are_same(*guess, best[0])) {
      if (sum > best[0].score) best[0] = *guess;
    } else if (sum > best[0].score) {
      best[1] = best[0];
      best[0] = *guess;
    } else {
      best[1] = *guess;
    }
  };
  const std::span<const float> sums = power_;
  for (std::size_t at = 0; at < sums.size(); at += kBinsAtOnce) {
    const double most = largest(sums.subspan(at, kBinsAtOnce));
    if (most <= std::max(least, best[1].score)) continue;
    for (std::size_t d = at; d < at + kBinsAtOnce; ++d) consider(d);
  }
  return best;
}

std::vector<HeadGuess> HeadSearch::find_down_chirps(const PreambleCandidate& preamble,
                                                    const StreamBuffer& narrow) {
  const std::int64_t grid = chips_ / as_index(kGridPerSymbol);
  const std::int64_t origin = (preamble.last_window + kFirstSymbol) * chips_;
  const std::size_t positions = kSymbolsLooked * kGridPerSymbol;
  std::vector<Powers> powers(positions + kGridPerSymbol);
  for (std::size_t i = 0; i < powers.size(); ++i) {
    spectrum(narrow, origin + static_cast<std::int64_t>(i) * grid, false, powers[i]);
  }
  std::vector<HeadGuess> guesses;
  double best = 0;
  for (std::size_t i = 0; i < positions; ++i) {
    const std::int64_t first = origin + static_cast<std::int64_t>(i) * grid;
    for (const HeadGuess& guess : strongest(powers[i], powers[i + kGridPerSymbol], preamble.bin,
                                            first, kWorthALook * best)) {
      if (guess.score > 0) guesses.push_back(guess);
      best = std::max(best, guess.score);
    }
  }
  std::sort(guesses.begin(), guesses.end(), has_higher_score);
  std::vector<HeadGuess> distinct;
  for (const HeadGuess& guess : guesses) {
    if (guess.score < kWorthALook * guesses.front().score) break;
    const auto known = [&guess](const HeadGuess& other) { return are_same(guess, other); };
    if (std::none_of(distinct.begin(), distinct.end(), known)) distinct.push_back(guess);
    if (distinct.size() == kGuesses) break;
  }
  return distinct;
}

// Noise over one window may hide the right symbol while those beside it look good enough.
void HeadSearch::add_neighbours(std::vector<HeadGuess>& guesses, const StreamBuffer& narrow) {
  const std::size_t count = std::min(kWithNeighbours, guesses.size());
  for (std::size_t i = 0; i < count; ++i) {
    for (const double symbols : {-1.0, 1.0}) {
      HeadGuess guess = guesses[i];
      guess.chip += symbols * static_cast<double>(chips_);
      const auto known = [&guess](const HeadGuess& other) { return are_same(guess, other); };
      if (std::any_of(guesses.begin(), guesses.end(), known)) continue;
      score(guess, narrow);
      guesses.push_back(guess);
    }
  }
  std::sort(guesses.begin(), guesses.end(), has_higher_score);
}

// What a bin of a chirp's spectrum holds in the mean, between two chips of the stream.
double HeadSearch::mean_bin_power(const StreamBuffer& narrow, std::int64_t first,
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
void HeadSearch::score(HeadGuess& guess, const StreamBuffer& narrow) {
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

void HeadSearch::score_sync_word(HeadGuess& guess, const StreamBuffer& narrow, std::size_t pair) {
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
    if (sync_word_) {
      const int wanted = *sync_word_ >> (symbol == 2 ? 4 : 0) & 15;
      if (power(wanted) < kRightSync * power(best)) guess.present = 0;
      best = wanted;
    }
    guess.score += power(best);
    guess.sync_word = static_cast<std::uint8_t>(guess.sync_word << 4 | best);
  }
}

}  // namespace earshot::radio
