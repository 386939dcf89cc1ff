#include "radio/css/synchroniser.h"

#include <algorithm>
#include <cmath>

#include "radio/css/chirp.h"
#include "radio/css/kernels.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kSyncs = 16;
constexpr int kFittedUpChirps = 16;
// From here on preambles are so long that a clock 50 ppm off shows in them.
constexpr int kShowsClock = 10;
// Energy over noise density from which six up-chirps place a frame well enough to be decoded, and
// no other guess can be right.
constexpr double kPlaced = 600;
// Of six up-chirps, sync word and down-chirps. Chosen: frames that can be decoded at all have 80,
// noise alone below 50.
constexpr double kLeastEnergyToNoise = 50;

std::size_t as_size(std::int64_t value) { return static_cast<std::size_t>(value); }

}  // namespace

Synchroniser::Synchroniser(int spreading_factor, const SyncOptions& options)
    : spreading_factor_(spreading_factor),
      chips_(chips_per_symbol(spreading_factor)),
      options_(options),
      search_(spreading_factor, options.sync_word),
      buffer_(as_size(chips_)) {}

// Power of an up-chirp at a fractional bin.
float Synchroniser::power_at(const StreamBuffer& narrow, std::int64_t first, double bins) {
  if (first < narrow.begin() || first + chips_ > narrow.end()) return 0;
  const double chips = static_cast<double>(chips_);
  rotate({0, 0.5 - bins / chips, -1 / chips}, narrow.view(first, as_size(chips_)), buffer_);
  return static_cast<float>(std::norm(sum(buffer_)));
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
                                         std::uint8_t sync_word, WideStream& wide) {
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
                                    WideStream& wide) {
  std::vector<Sync> syncs;
  const double chips = static_cast<double>(chips_);
  for (const HeadGuess& guess : search_.run(preamble, narrow, kSyncs)) {
    FrameModel model;
    model.samples_per_chip = options_.wide_per_chip;
    model.start = (guess.chip - (kScoredUpChirps + 2) * chips) * 2;
    model.carrier = guess.bins / chips / options_.wide_per_chip;
    std::optional<Sync> sync = refine(model, kScoredUpChirps, guess.sync_word, wide);
    if (sync && sync->energy_to_noise > kLeastEnergyToNoise) syncs.push_back(*sync);
    if (sync && sync->energy_to_noise > kPlaced) break;
  }
  std::sort(syncs.begin(), syncs.end(), [](const Sync& a, const Sync& b) {
    return a.energy_to_noise != b.energy_to_noise ? a.energy_to_noise > b.energy_to_noise
                                                  : a.model.start < b.model.start;
  });
  for (Sync& sync : syncs) extend(sync, count_preamble(sync, preamble, narrow), wide);
  return syncs;
}

// Takes the whole preamble into the fit.
void Synchroniser::extend(Sync& sync, int preamble_symbols, WideStream& wide) {
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
