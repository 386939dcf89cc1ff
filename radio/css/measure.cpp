#include "radio/css/measure.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "radio/css/fft.h"
#include "radio/css/frame_measure.h"
#include "radio/css/header.h"
#include "radio/css/rotation.h"
#include "radio/css/waveform.h"

namespace earshot::radio {

namespace {

constexpr int kSearchSymbols = 2;          // Given: how far the expected start may be off.
constexpr double kSearchBins = 2;          // Given: likewise the carrier.
constexpr std::size_t kSearchChirps = 11;  // The last sync chirp, the down-chirps and eight more.
constexpr std::size_t kFitPreamble = 32;   // Longer preambles add nothing but work.
// Of the power expected: below, the last block is not ours.
constexpr double kForeignFill = 0.25;

// Powers of the correlation with single chirps, added over the up- and over the down-chirps, as
// functions of the common delay: element k is a delay of k samples after the earliest looked at.
struct DelayPower {
  std::vector<double> up, down;
};

class DelaySearch {
 public:
  DelaySearch(const FrameModel& guess, int spreading_factor, SampleView samples)
      : guess_(guess),
        spreading_factor_(spreading_factor),
        samples_(samples),
        symbol_(static_cast<std::size_t>(
            std::ceil(chips_per_symbol(spreading_factor) * guess.samples_per_chip))),
        delays_((2 * kSearchSymbols + 1) * symbol_),
        size_(delays_ + symbol_),
        forward_(size_),
        reference_(size_),
        backward_(size_, Fft::Direction::backward) {}

  DelayPower run(std::span<const Chirp> chirps) {
    DelayPower power{std::vector<double>(delays_), std::vector<double>(delays_)};
    for (const Chirp& chirp : chirps) correlate(chirp, chirp.up ? power.up : power.down);
    return power;
  }
  // Delay of element 0, in samples.
  double earliest() const { return -(kSearchSymbols + 0.5) * static_cast<double>(symbol_); }

 private:
  void correlate(const Chirp& chirp, std::vector<double>& power) {
    const double at = guess_.position(chirp.start_chips) + earliest();
    const double first = std::ceil(at);
    const std::span<Sample> in = forward_.in();
    for (std::size_t k = 0; k < size_; ++k) {
      const double index = first + static_cast<double>(k);
      const bool inside = index >= 0 && index < static_cast<double>(samples_.size());
      in[k] = inside ? samples_[static_cast<std::size_t>(index)] : Sample();
    }
    forward_.execute();
    // The chirp as it would be sampled if it began at `at`.
    FrameModel model = guess_;
    model.start = at - first;
    const std::span<Sample> chirp_samples = reference_.in();
    std::fill(chirp_samples.begin(), chirp_samples.end(), Sample());
    for (const Sweep& sweep : sweeps(chirp, spreading_factor_)) {
      add_sweep(model, sweep, chirp_samples);
    }
    reference_.execute();
    for (std::size_t k = 0; k < size_; ++k) {
      backward_.in()[k] = forward_.out()[k] * std::conj(reference_.out()[k]);
    }
    backward_.execute();
    for (std::size_t k = 0; k < delays_; ++k) power[k] += std::norm(backward_.out()[k]);
  }

  static void add_sweep(const FrameModel& model, const Sweep& sweep, std::span<Sample> out) {
    const double first = std::max(0.0, std::ceil(model.position(sweep.first_chips)));
    const double last =
        std::min(static_cast<double>(out.size()), std::ceil(model.position(sweep.last_chips)));
    if (first >= last) return;
    const double step = (1 + model.clock) / model.samples_per_chip;
    const double x = model.chips_at(first) - sweep.first_chips;
    add_rotation(
        {sweep.phase_at(sweep.first_chips + x) + model.carrier * first,
         (sweep.frequency + sweep.slope * x) * step + model.carrier, sweep.slope * step * step},
        1, out.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)));
  }

  FrameModel guess_;
  int spreading_factor_;
  SampleView samples_;
  std::size_t symbol_, delays_, size_;
  Fft forward_, reference_, backward_;
};

// Moves the guess to within about a chip and a bin.
FrameModel search(const FrameModel& guess, int spreading_factor, std::span<const Chirp> chirps,
                  std::size_t first_chirp, SampleView samples) {
  DelaySearch delay_search(guess, spreading_factor, samples);
  const std::size_t count = std::min(kSearchChirps, chirps.size() - first_chirp);
  const DelayPower power = delay_search.run(chirps.subspan(first_chirp, count));
  // A carrier error of f bins moves up-chirps by -f chips and down-chirps by +f.
  const double per_bin = guess.samples_per_chip;
  const auto reach = static_cast<int>(std::ceil((kSearchBins + 0.5) * per_bin));
  double best = -1;
  double best_delay = 0;
  double best_bins = 0;
  for (int shift = -reach; shift <= reach; ++shift) {
    for (int k = reach; k + reach < static_cast<int>(power.up.size()); ++k) {
      const int up = k - shift;
      const int down = k + shift;
      const double sum =
          power.up[static_cast<std::size_t>(up)] + power.down[static_cast<std::size_t>(down)];
      if (sum <= best) continue;
      best = sum;
      best_delay = k;
      best_bins = shift / per_bin;
    }
  }
  FrameModel found = guess;
  found.start += delay_search.earliest() + best_delay;
  found.carrier += best_bins / chips_per_symbol(spreading_factor) / guess.samples_per_chip;
  return found;
}

Result<void> check(const MeasureConfig& config, const CssParams& params) {
  if (!std::isfinite(config.rate_hz) || config.rate_hz < params.bandwidth_hz) {
    return fail(Errc::usage, "rate_hz is " + std::to_string(config.rate_hz) +
                                 ", allowed is twice the bandwidth or more");
  }
  return {};
}

// Whether a frame of that many chips lies in the samples, give or take `slack` samples.
bool lies_within(const FrameModel& model, double chips, SampleView samples, double slack) {
  return model.start >= -slack &&
         model.position(chips) <= static_cast<double>(samples.size()) + slack;
}

}  // namespace

Result<Measurement> measure(const MeasureConfig& config, const CssParams& params,
                            std::span<const std::uint8_t> payload, SampleView samples,
                            double expected_start, double expected_carrier_hz) {
  const Result<CssWaveform> waveform = CssWaveform::create(params, payload);
  if (!waveform) return fail(waveform.error());
  if (Result<void> valid = check(config, params); !valid) return fail(valid.error());
  const std::vector<Chirp> all = frame_chirps(params, waveform->symbols());
  const auto preamble = static_cast<std::size_t>(params.preamble_symbols);
  const double chips = all.back().start_chips + all.back().length_chips;

  FitOptions options;
  options.spreading_factor = params.spreading_factor;
  if (config.channel_hz > 0) {
    options.clock = ClockModel::tied;
    options.radio_turns_per_sample = config.channel_hz / config.rate_hz;
  }
  FrameModel model;
  model.samples_per_chip = config.rate_hz / params.bandwidth_hz;
  model.start = expected_start;
  model.carrier = (config.channel_offset_hz + expected_carrier_hz) / config.rate_hz;
  const double outside = 3 * chips_per_symbol(params.spreading_factor) * model.samples_per_chip;
  if (!std::isfinite(expected_start) || !std::isfinite(expected_carrier_hz) ||
      !lies_within(model, chips, samples, outside)) {
    return fail(Errc::bad_data, "the frame does not lie wholly in the samples");
  }
  model = search(model, params.spreading_factor, all, preamble + 1, samples);
  const std::size_t skip = preamble > kFitPreamble ? preamble - kFitPreamble : 0;
  const auto chirps = std::span(all).subspan(skip);
  FrameMeter meter;
  FrameMeasurement found = meter.run(model, chirps, samples, options);
  // Transmitters are free in what fills the last block.
  const auto block = static_cast<std::size_t>(params.coding_rate) + 4;
  if (waveform->symbols().size() > static_cast<std::size_t>(kHeaderSymbols)) {
    const double filled =
        mean_chirp_power(found.model, chirps.last(block), samples, params.spreading_factor);
    if (filled < kForeignFill * found.signal_power) {
      found = meter.run(model, chirps.first(chirps.size() - block), samples, options);
    }
  }
  if (!lies_within(found.model, chips, samples, 1)) {
    return fail(Errc::bad_data, "the frame does not lie wholly in the samples");
  }
  Measurement measurement;
  measurement.anchor_sample = found.anchor;
  measurement.anchor_sigma_samples = found.anchor_sigma;
  measurement.rssi_dbfs = decibels(found.signal_power);
  measurement.snr_db = decibels(found.signal_power / std::max(found.noise_power, 1e-30));
  measurement.carrier_offset_hz = found.model.carrier * config.rate_hz - config.channel_offset_hz;
  return measurement;
}

}  // namespace earshot::radio
