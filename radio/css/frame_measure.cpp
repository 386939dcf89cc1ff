#include "radio/css/frame_measure.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "radio/css/fft.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kSpectrumSize = 512;
constexpr double kSigmaMargin = 1.2;  // Chosen: the noise is estimated, the phases are wrapped.
constexpr double kSigmaFloor = 1e-3;  // Samples. Chosen: rounding and filter ripple.
constexpr double kInBand = 0.48;      // Of the bandwidth, to either side: clear of the edges.

// Subtracts the fitted waveform.
void subtract(const FrameModel& model, std::span<const Chirp> chirps, int spreading_factor,
              std::complex<double> amplitude, std::span<Sample> samples) {
  const double step = (1 + model.clock) / model.samples_per_chip;
  const double phase0 = std::arg(-amplitude) / (2 * std::numbers::pi);
  const auto size = static_cast<double>(samples.size());
  for (const Chirp& chirp : chirps) {
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
          phase, std::abs(amplitude),
          samples.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)));
    }
  }
}

// Mean power per sample and per unit of the sampled bandwidth, over the band of the signal.
double in_band_density(SampleView residual, double centre, double half_width) {
  Fft fft(kSpectrumSize);
  std::vector<float> window(kSpectrumSize);
  double window_power = 0;
  for (std::size_t i = 0; i < kSpectrumSize; ++i) {
    const double x = (static_cast<double>(i) + 0.5) / kSpectrumSize;
    window[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * x));
    window_power += static_cast<double>(window[i]) * window[i];
  }
  std::vector<bool> inside(kSpectrumSize);
  for (std::size_t k = 0; k < kSpectrumSize; ++k) {
    const double frequency = static_cast<double>(k) / kSpectrumSize - centre;
    inside[k] = std::abs(frequency - std::round(frequency)) < half_width;
  }
  double power = 0;
  std::size_t bins = 0;
  for (std::size_t at = 0; at + kSpectrumSize <= residual.size(); at += kSpectrumSize / 2) {
    for (std::size_t i = 0; i < kSpectrumSize; ++i) fft.in()[i] = residual[at + i] * window[i];
    fft.execute();
    for (std::size_t k = 0; k < kSpectrumSize; ++k) {
      if (!inside[k]) continue;
      power += std::norm(fft.out()[k]);
      ++bins;
    }
  }
  return bins == 0 ? 0 : power / static_cast<double>(bins) / window_power;
}

}  // namespace

double decibels(double power_ratio) { return 10 * std::log10(std::max(power_ratio, 1e-30)); }

FrameMeasurement measure_chirps(const FrameModel& guess, std::span<const Chirp> chirps,
                                SampleView samples, const FitOptions& options) {
  const Fit fit = fit_chirps(guess, chirps, samples, options);
  FrameMeasurement measurement;
  measurement.model = fit.model;
  for (const Chirp& chirp : chirps) {
    if (!chirp.up) measurement.anchor = fit.model.position(chirp.start_chips + chirp.length_chips);
  }
  const auto size = static_cast<double>(samples.size());
  const Chirp& last = chirps.back();
  const double end = fit.model.position(last.start_chips + last.length_chips);
  const auto from = static_cast<std::size_t>(
      std::clamp(std::ceil(fit.model.position(chirps.front().start_chips)), 0.0, size));
  const auto to = static_cast<std::size_t>(std::clamp(std::floor(end), 0.0, size));
  if (from >= to) return measurement;
  Samples residual(samples.begin() + static_cast<std::ptrdiff_t>(from),
                   samples.begin() + static_cast<std::ptrdiff_t>(to));
  FrameModel shifted = fit.model;
  shifted.start -= static_cast<double>(from);
  subtract(shifted, chirps, options.spreading_factor, fit.amplitude, residual);
  const double half_width = kInBand / guess.samples_per_chip;
  const double density = in_band_density(residual, fit.model.carrier, half_width);
  measurement.noise_power = density / guess.samples_per_chip;
  // The coherent sum holds one part in `weight` of the noise.
  measurement.signal_power = std::max(std::norm(fit.amplitude) - density / fit.weight, 1e-30);
  measurement.anchor_sigma =
      std::hypot(kSigmaMargin * std::sqrt(fit.start_variance * density / measurement.signal_power),
                 kSigmaFloor);
  return measurement;
}

}  // namespace earshot::radio
