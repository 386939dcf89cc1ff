#include "radio/css/demodulator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "radio/css/detector.h"
#include "radio/css/gray.h"
#include "radio/css/kernels.h"
#include "radio/css/low_pass.h"
#include "radio/css/params.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kTaps = 64;       // Chosen: 7 % of the bandwidth for the filter's edge.
constexpr std::size_t kFractions = 64;  // Chosen: timing to 1/256 chip.
constexpr double kStopBandDb = 40;
constexpr float kNegligible = 40;  // In natural logarithms of likelihood, of the best value's.
constexpr float kIgnored = -30;
constexpr std::size_t kMostBits = 12;
constexpr double kCutoff = 0.25;  // Half the bandwidth, of a rate of twice the bandwidth.

std::vector<std::vector<float>> design_filters() {
  std::vector<std::vector<float>> filters;
  for (std::size_t i = 0; i < kFractions; ++i) {
    // Centred on kTaps / 2 - 1 + fraction.
    const double fraction = static_cast<double>(i) / kFractions;
    filters.push_back(kaiser_low_pass(kTaps, kCutoff, kStopBandDb, 0.5 - fraction));
  }
  return filters;
}

}  // namespace

SymbolDemodulator::SymbolDemodulator(int spreading_factor)
    : chips_(static_cast<std::size_t>(chips_per_symbol(spreading_factor))),
      filters_(design_filters()),
      down_chirp_(chip_rate_up_chirp(spreading_factor)),
      mixed_(2 * chips_ + kTaps),
      tone_(chips_),
      even_(chips_ + kTaps / 2),
      odd_(chips_ + kTaps / 2),
      fft_(chips_) {
  for (Sample& sample : down_chirp_) sample = std::conj(sample);
}

void SymbolDemodulator::load(WideStream& wide, std::int64_t first, double carrier) {
  const auto size = static_cast<std::int64_t>(mixed_.size());
  const std::int64_t from = std::clamp(wide.begin() - first, std::int64_t{0}, size);
  const std::int64_t to = std::clamp(wide.end() - first, from, size);
  std::fill(mixed_.begin(), mixed_.end(), Sample());
  const auto count = static_cast<std::size_t>(to - from);
  if (count > 0) {
    rotate({-carrier * static_cast<double>(from), -carrier, 0}, wide.view(first + from, count),
           std::span(mixed_).subspan(static_cast<std::size_t>(from), count));
  }
  for (std::size_t k = 0; k < even_.size(); ++k) {
    even_[k] = mixed_[2 * k];
    odd_[k] = mixed_[2 * k + 1];
  }
}

std::span<const Sample> SymbolDemodulator::run(WideStream& wide, double position, double carrier) {
  const double nearest = std::floor(position * kFractions + 0.5);  // In fractions of a sample.
  const double whole = std::floor(nearest / kFractions);
  const auto fraction = static_cast<std::size_t>(nearest - whole * kFractions);
  load(wide, static_cast<std::int64_t>(whole) - static_cast<std::int64_t>(kTaps / 2 - 1), carrier);
  half_rate_filter(filters_[fraction], even_, odd_, fft_.in());
  multiply(fft_.in(), down_chirp_, fft_.in());
  fft_.execute();
  return fft_.out();
}

double SymbolDemodulator::lateness(std::size_t value) {
  const auto chips = static_cast<double>(chips_);
  rotate({0, -static_cast<double>(value) / chips, 0}, fft_.in(), tone_);
  std::complex<double> sum = 0;
  std::complex<double> moment = 0;
  double frequency = static_cast<double>(value) / chips - 0.5 + 0.5 / chips;
  for (const Sample& sample : tone_) {
    const std::complex<double> x(sample);
    sum += x;
    moment += frequency * x;
    frequency += 1 / chips;
    if (frequency > 0.5) frequency -= 1;
  }
  if (std::norm(sum) == 0) return 0;
  // A late chirp has the phase -2 pi frequency lateness; frequency^2 is 1/12 in the mean.
  return -(moment * std::conj(sum)).imag() / std::norm(sum) * 12 / (2 * std::numbers::pi);
}

float log_bessel_i0(float x) {
  if (x > 700) return x - 0.5F * std::log(6.2831853F * x);
  // Abramowitz and Stegun 9.8.1, 9.8.2.
  if (x < 3.75F) {
    const float t = x / 3.75F * (x / 3.75F);
    return std::log(
        1 + t * (3.5156229F +
                 t * (3.0899424F +
                      t * (1.2067492F + t * (0.2659732F + t * (0.0360768F + t * 0.0045813F))))));
  }
  const float t = 3.75F / x;
  const float poly = 0.39894228F + t * (0.01328592F + t * (0.00225319F - t * 0.00157565F));
  return x - 0.5F * std::log(x) + std::log(poly);
}

void value_likelihoods(std::span<const float> power, double signal, double noise,
                       std::span<float> out) {
  const auto scale = static_cast<float>(2 * std::sqrt(signal) / noise);
  // ln I0(x) lies between x - ln(2 pi x) / 2 and x: what is so much smaller weighs nothing.
  const float x_most = scale * std::sqrt(largest(power));
  const float x_least = std::max(0.0F, x_most - kNegligible);
  const float least = x_least / scale * (x_least / scale);
  for (std::size_t value = 0; value < out.size(); ++value) {
    out[value] = power[value] < least ? x_least : log_bessel_i0(scale * std::sqrt(power[value]));
  }
}

BitLikelihoods::BitLikelihoods(int spreading_factor)
    : scores_(static_cast<std::size_t>(chips_per_symbol(spreading_factor))) {}

void BitLikelihoods::run(std::span<const float> likelihoods, bool reduced,
                         std::span<const float> priors, std::span<float> llrs) {
  const std::size_t step = reduced ? 4 : 1;
  const std::size_t width = llrs.size();
  const std::span<float> scores = std::span(scores_).first(likelihoods.size() / step);
  for (std::size_t index = 0; index < scores.size(); ++index) {
    // The sizes are powers of two.
    float score = likelihoods[(index * step + 1) & (likelihoods.size() - 1)];
    if (!priors.empty()) {
      const std::uint32_t bits = gray_encode(static_cast<std::uint32_t>(index));
      for (std::size_t bit = 0; bit < width; ++bit) {
        if ((bits >> (width - 1 - bit) & 1) != 0) score += priors[bit];
      }
    }
    scores[index] = score;
  }
  const float most = *std::max_element(scores.begin(), scores.end());
  std::array<double, kMostBits> ones;
  std::array<double, kMostBits> zeros;
  ones.fill(1e-30);
  zeros.fill(1e-30);
  for (std::size_t index = 0; index < scores.size(); ++index) {
    const float distance = scores[index] - most;
    if (distance < kIgnored) continue;
    const double weight = std::exp(static_cast<double>(distance));
    const std::uint32_t bits = gray_encode(static_cast<std::uint32_t>(index));
    for (std::size_t bit = 0; bit < width; ++bit) {
      const bool one = (bits >> (width - 1 - bit) & 1) != 0;
      (one ? ones : zeros)[bit] += weight;
    }
  }
  for (std::size_t bit = 0; bit < width; ++bit) {
    llrs[bit] = static_cast<float>(std::log(ones[bit] / zeros[bit]));
    if (!priors.empty()) llrs[bit] -= priors[bit];
  }
}

float BitLikelihoods::reduced_evidence(std::span<const float> likelihoods) {
  const float most = *std::max_element(likelihoods.begin(), likelihoods.end());
  double all = 0;
  double reduced = 1e-30;
  for (std::size_t value = 0; value < likelihoods.size(); ++value) {
    if (likelihoods[value] - most < kIgnored) continue;
    const double weight = std::exp(static_cast<double>(likelihoods[value] - most));
    all += weight;
    if (value % 4 == 1) reduced += weight;
  }
  return static_cast<float>(std::log(4 * reduced / all));
}

}  // namespace earshot::radio
