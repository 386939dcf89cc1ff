#include "radio/evidence/calibration.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "radio/css/fft.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kSpectrumSize = 512;
constexpr std::size_t kLeastSamples = 16 * kSpectrumSize;
constexpr double kThermalDbmPerHz = -173.975;  // Derived: 1.380649e-23 J/K * 290 K, in dBm.
// Of the stream's bandwidth, around its centre, that no front-end filter has touched yet.
constexpr double kUsedShare = 0.7;

std::int32_t hundredths(double decibel) {
  return static_cast<std::int32_t>(std::lround(100 * decibel));
}

// Mean power of each bin of the used share, per bin of a window of unit power.
std::vector<double> spectrum(SampleView samples) {
  Fft fft(kSpectrumSize);
  std::vector<double> powers(kSpectrumSize);
  double blocks = 0;
  double window_power = 0;
  for (std::size_t at = 0; at + kSpectrumSize <= samples.size(); at += kSpectrumSize) {
    window_power = 0;
    for (std::size_t i = 0; i < kSpectrumSize; ++i) {
      const double x = (static_cast<double>(i) + 0.5) / kSpectrumSize;
      const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * x);
      window_power += window * window;
      fft.in()[i] = samples[at + i] * static_cast<float>(window);
    }
    fft.execute();
    for (std::size_t k = 0; k < kSpectrumSize; ++k) {
      powers[k] += static_cast<double>(std::norm(fft.out()[k]));
    }
    ++blocks;
  }
  std::vector<double> used;
  for (std::size_t k = 0; k < kSpectrumSize; ++k) {
    const double frequency = static_cast<double>(k) / kSpectrumSize;
    if (std::abs(frequency - std::round(frequency)) > kUsedShare / 2) continue;
    used.push_back(powers[k] / blocks / window_power);
  }
  return used;
}

}  // namespace

Calibration calibrate_by_generator(double level_dbm, double sigma_db, double measured_dbfs) {
  Calibration calibration;
  calibration.full_scale_cdbm = hundredths(level_dbm - measured_dbfs);
  calibration.sigma_cdb = hundredths(sigma_db);
  calibration.provenance = Provenance::signal_generator;
  return calibration;
}

Result<Calibration> calibrate_by_thermal_noise(SampleView samples, double rate_hz,
                                               double noise_figure_db, double sigma_db) {
  if (samples.size() < kLeastSamples) {
    return fail(Errc::bad_data, "noise has " + std::to_string(samples.size()) +
                                    " samples, at least " + std::to_string(kLeastSamples) +
                                    " are needed");
  }
  std::vector<double> powers = spectrum(samples);
  const auto middle = powers.begin() + static_cast<std::ptrdiff_t>(powers.size() / 2);
  std::nth_element(powers.begin(), middle, powers.end());
  // A sample's whole noise power, as if it were white over the stream's bandwidth; the median of a
  // mean over so many blocks is the mean but for 0.1 dB at most.
  if (!(*middle > 0)) return fail(Errc::bad_data, "the samples hold no noise");
  const double noise_dbfs = 10 * std::log10(*middle);
  const double noise_dbm = kThermalDbmPerHz + noise_figure_db + 10 * std::log10(rate_hz);
  Calibration calibration;
  calibration.full_scale_cdbm = hundredths(noise_dbm - noise_dbfs);
  calibration.sigma_cdb = hundredths(sigma_db);
  calibration.provenance = Provenance::thermal_noise;
  return calibration;
}

}  // namespace earshot::radio
