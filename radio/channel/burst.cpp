#include "radio/channel/burst.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::radio {
namespace {

constexpr double kPpm = 1e-6;
constexpr double kLobes = 12;           // Of the sinc on each side. Chosen: figures in the header.
constexpr double kKaiserBeta = 6.0;     // Derived: 60 dB (Kaiser's 0.1102 (A - 8.7) is 5.65).
constexpr std::size_t kPerSample = 64;  // Table entries; between them linearly: 1e-4 of full scale.

// Zeroth modified Bessel function, by its series.
double bessel_i0(double x) {
  double sum = 1;
  double term = 1;
  for (int k = 1; term > 1e-12 * sum; ++k) {
    term *= x * x / 4 / (k * k);
    sum += term;
  }
  return sum;
}

double sinc(double x) {
  return x == 0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

double to_seconds(Picoseconds time) {
  return static_cast<double>(time.count()) / static_cast<double>(kPicosPerSecond);
}

}  // namespace

BurstFilter::BurstFilter(double burst_rate_hz, double receiver_rate_hz) {
  const double cutoff = std::min(1.0, receiver_rate_hz / burst_rate_hz);
  half_width_ = std::ceil(kLobes / cutoff);
  const auto size = static_cast<std::size_t>(half_width_) * kPerSample + 2;
  table_.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double x = static_cast<double>(i) / kPerSample;
    const double edge = std::min(1.0, x / half_width_);
    const double window =
        bessel_i0(kKaiserBeta * std::sqrt(1 - edge * edge)) / bessel_i0(kKaiserBeta);
    table_[i] = static_cast<float>(cutoff * sinc(cutoff * x) * window);
  }
}

Sample BurstFilter::at(SampleView burst, double position) const {
  const double first = std::max(0.0, std::ceil(position - half_width_));
  const double last =
      std::min(static_cast<double>(burst.size()) - 1, std::floor(position + half_width_));
  if (first > last) return {};
  Sample sum;
  const auto end = static_cast<std::size_t>(last) + 1;
  for (auto k = static_cast<std::size_t>(first); k < end; ++k) {
    const double x = std::abs(position - static_cast<double>(k)) * kPerSample;
    const auto entry = static_cast<std::size_t>(x);
    const auto share = static_cast<float>(x - static_cast<double>(entry));
    sum += burst[k] * (table_[entry] + share * (table_[entry + 1] - table_[entry]));
  }
  return sum;
}

void add_burst(const RadioFrontEnd& radio, Instant open, std::uint64_t first,
               const SampledBurst& burst, const BurstFilter& filter, std::span<Sample> out) {
  const double transmitter = burst.clock_ppm * kPpm;
  const double receiver = radio.clock_ppm * kPpm;
  const double step = 1.0 / (radio.rate_hz * (1.0 + receiver));  // True seconds a sample.
  const double offset_hz = (burst.carrier_hz - radio.centre_hz) + burst.carrier_hz * transmitter -
                           radio.centre_hz * receiver;
  if (std::abs(offset_hz) > radio.rate_hz / 2) return;
  const double samples_per_s = burst.rate_hz * (1.0 + transmitter);
  // True seconds from the burst's arrival to out[0].
  const double begin =
      to_seconds(open - burst.start) - burst.delay_s + static_cast<double>(first) * step;
  const double length = static_cast<double>(burst.samples.size()) / samples_per_s;
  if (begin > length || begin + static_cast<double>(out.size()) * step < 0) return;
  const auto amplitude =
      static_cast<float>(std::pow(10.0, (burst.power_dbm - radio.full_scale_dbm) / 20.0));
  const double turns = offset_hz * begin;
  std::complex<double> phase = std::polar(1.0, 2 * std::numbers::pi * (turns - std::floor(turns)));
  const std::complex<double> turn = std::polar(1.0, 2 * std::numbers::pi * offset_hz * step);
  for (std::size_t n = 0; n < out.size(); ++n) {
    const double position = (begin + static_cast<double>(n) * step) * samples_per_s;
    out[n] += amplitude * Sample(phase) * filter.at(burst.samples, position);
    phase *= turn;
  }
}

}  // namespace earshot::radio
