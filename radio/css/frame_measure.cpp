#include "radio/css/frame_measure.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "radio/css/kernels.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kSpectrumSize = 512;
constexpr double kSigmaMargin = 1.2;  // Chosen: the noise is estimated, the phases are wrapped.
constexpr double kSigmaFloor = 1e-3;  // Samples. Chosen: rounding and filter ripple.
constexpr double kCoherent = 0.8;     // Of the power; less, and the phases do not fit.
constexpr double kSure = 100;         // Energy over noise density from which that is no accident.
constexpr double kInBand = 0.45;      // Of the bandwidth, to either side: clear of the edges.

// Subtracts each chirp with the amplitude and phase that it has.
void subtract(const FrameModel& model, std::span<const Chirp> chirps,
              std::span<const ChirpSum> sums, int spreading_factor, std::span<Sample> samples) {
  const double step = (1 + model.clock) / model.samples_per_chip;
  const auto size = static_cast<double>(samples.size());
  for (const ChirpSum& found : sums) {
    const Chirp& chirp = chirps[found.chirp];
    const double phase0 = std::arg(-found.sum) / (2 * std::numbers::pi);
    for (const Sweep& sweep : sweeps(chirp, spreading_factor)) {
      const double from = chirp.start_chips + sweep.first_chips;
      const double to = chirp.start_chips + sweep.last_chips;
      const double first = std::clamp(std::ceil(model.position(from)), 0.0, size);
      const double last = std::clamp(std::ceil(model.position(to)), 0.0, size);
      if (first >= last) continue;
      const double x = model.chips_at(first) - from;
      const QuadraticPhase phase = {
          sweep.phase_at(sweep.first_chips + x) + model.carrier * (first - model.start) + phase0,
          (sweep.frequency + sweep.slope * x) * step + model.carrier, sweep.slope * step * step};
      add_rotation(
          phase, std::abs(found.sum) / found.weight,
          samples.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)));
    }
  }
}

struct Powers {
  double coherent = 0;
  double each = 0;  // Added chirp by chirp.
  double weight = 0;
};

Powers powers_of(std::span<const ChirpSum> sums, double density) {
  Powers powers;
  std::complex<double> total = 0;
  for (const ChirpSum& chirp : sums) {
    total += chirp.sum;
    powers.each += std::norm(chirp.sum) / chirp.weight - density;
    powers.weight += chirp.weight;
  }
  powers.each /= powers.weight;
  powers.coherent = std::norm(total) / (powers.weight * powers.weight) - density / powers.weight;
  return powers;
}

// Median over mean of what `count` independent powers add up to (Wilson and Hilferty).
double median_over_mean(double count) { return std::pow(1 - 1 / (9 * count), 3); }

std::span<const Chirp> head_of(std::span<const Chirp> chirps) {
  std::size_t end = chirps.size();
  while (end > 0 && chirps[end - 1].up) --end;
  return chirps.first(end);
}

}  // namespace

double decibels(double power_ratio) { return 10 * std::log10(std::max(power_ratio, 1e-30)); }

double mean_chirp_power(const FrameModel& model, std::span<const Chirp> chirps, SampleView samples,
                        int spreading_factor) {
  return powers_of(by_chirp(Correlator(chirps, samples, spreading_factor).run(model)), 0).each;
}

FrameMeter::FrameMeter() : fft_(kSpectrumSize), window_(kSpectrumSize) {
  for (std::size_t i = 0; i < kSpectrumSize; ++i) {
    const double x = (static_cast<double>(i) + 0.5) / kSpectrumSize;
    window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * x));
    window_power_ += static_cast<double>(window_[i]) * window_[i];
  }
}

// Power per sample and per unit of the sampled bandwidth, within the band of the signal: the median
// over frequency, so that lines (the receiver's own DC) and what the model misses at the chirps'
// wraps, where the band ends, count for nothing.
double FrameMeter::in_band_density(double centre, double half_width) {
  std::vector<float> sums(kSpectrumSize);
  std::vector<float> power(kSpectrumSize);
  double blocks = 0;
  for (std::size_t at = 0; at + kSpectrumSize <= residual_.size(); at += kSpectrumSize / 2) {
    const std::span<Sample> in = fft_.in();
    for (std::size_t i = 0; i < kSpectrumSize; ++i) in[i] = residual_[at + i] * window_[i];
    fft_.execute();
    powers(fft_.out(), power);
    accumulate(power, sums);
    ++blocks;
  }
  if (blocks == 0) return 0;
  std::vector<float> inside;
  for (std::size_t k = 0; k < kSpectrumSize; ++k) {
    const double frequency = static_cast<double>(k) / kSpectrumSize - centre;
    if (std::abs(frequency - std::round(frequency)) < half_width) inside.push_back(sums[k]);
  }
  if (inside.empty()) return 0;
  const auto middle = inside.begin() + static_cast<std::ptrdiff_t>(inside.size() / 2);
  std::nth_element(inside.begin(), middle, inside.end());
  return static_cast<double>(*middle) / blocks / median_over_mean(blocks) / window_power_;
}

// Back to one sample per chip, where a signal and its image are one of twice the amplitude: what
// the wide stream alone holds of both cannot be modelled near the band's edges.
void FrameMeter::fold(Fit& fit) {
  for (std::size_t k = 0; 2 * k < residual_.size(); ++k) residual_[k] = residual_[2 * k];
  residual_.resize((residual_.size() + 1) / 2);
  fit.model.start /= 2;
  fit.model.carrier *= 2;
  fit.model.samples_per_chip /= 2;
  for (ChirpSum& chirp : fit.sums) chirp.sum *= 2;
}

// Noise density (power per sample over the whole sampled bandwidth) within the signal's band.
double FrameMeter::noise_density(const Fit& fit, std::span<const Chirp> chirps, SampleView samples,
                                 const FitOptions& options) {
  const auto size = static_cast<double>(samples.size());
  const Chirp& last = chirps.back();
  const double end = fit.model.position(last.start_chips + last.length_chips);
  const double begin = std::ceil(fit.model.position(chirps.front().start_chips) / 2) * 2;
  const auto from = static_cast<std::ptrdiff_t>(std::clamp(begin, 0.0, size));
  const auto to = static_cast<std::ptrdiff_t>(std::clamp(std::floor(end), 0.0, size));
  if (from >= to) return 0;
  residual_.assign(samples.begin() + from, samples.begin() + to);
  Fit shifted = fit;
  shifted.model.start -= static_cast<double>(from);
  if (options.has_images) fold(shifted);
  subtract(shifted.model, chirps, shifted.sums, options.spreading_factor, residual_);
  // Each chirp's own amplitude took one of its N degrees of freedom along.
  const double chips = chips_per_symbol(options.spreading_factor);
  const double density =
      in_band_density(shifted.model.carrier, kInBand / shifted.model.samples_per_chip) * chips /
      (chips - 1);
  return options.has_images ? density / 2 : density;
}

FrameMeasurement FrameMeter::run(const FrameModel& guess, std::span<const Chirp> chirps,
                                 SampleView samples, const FitOptions& options) {
  const int sf = options.spreading_factor;
  Fit fit = fit_chirps(guess, chirps, samples, options);
  double density = noise_density(fit, chirps, samples, options);
  Powers powers = powers_of(fit.sums, density);
  double signal = powers.coherent;
  const std::span<const Chirp> head = head_of(chirps);
  if (powers.coherent < kCoherent * powers.each && powers.each * powers.weight > kSure * density &&
      head.size() < chirps.size()) {
    fit = fit_chirps(guess, head, samples, options);
    fit.sums = by_chirp(Correlator(chirps, samples, sf).run(fit.model));
    density = noise_density(fit, chirps, samples, options);
    signal = powers_of(fit.sums, density).each;
  }
  FrameMeasurement measurement;
  measurement.model = fit.model;
  measurement.anchor = fit.model.position(head.back().start_chips + head.back().length_chips);
  measurement.noise_power = density / guess.samples_per_chip;
  measurement.signal_power = std::max(signal, 1e-30);
  measurement.anchor_sigma =
      std::hypot(kSigmaMargin * std::sqrt(fit.start_variance * density / measurement.signal_power),
                 kSigmaFloor);
  return measurement;
}

}  // namespace earshot::radio
