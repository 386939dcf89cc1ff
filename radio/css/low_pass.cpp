#include "radio/css/low_pass.h"

#include <cmath>
#include <numbers>

namespace earshot::radio {

namespace {

// Kaiser's choice of the window's parameter.
double kaiser_beta(double stop_band_db) {
  if (stop_band_db > 50) return 0.1102 * (stop_band_db - 8.7);
  return 0.5842 * std::pow(stop_band_db - 21, 0.4) + 0.07886 * (stop_band_db - 21);
}

// The power series; the window is divided by its sum in the end, so common factors do not matter.
double bessel_i0(double x) {
  double sum = 1;
  double term = 1;
  for (int k = 1; term > 1e-12 * sum; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

}  // namespace

std::vector<float> kaiser_low_pass(int count, double cutoff, double stop_band_db, double shift) {
  const double beta = kaiser_beta(stop_band_db);
  std::vector<double> taps;
  double sum = 0;
  for (int i = 0; i < count; ++i) {
    const double t = i - (count - 1) / 2.0 + shift;
    const double x = 2 * t / count;
    const double angle = 2 * std::numbers::pi * cutoff * t;
    const double sinc = std::abs(angle) < 1e-9 ? 1 : std::sin(angle) / angle;
    taps.push_back(std::abs(x) < 1 ? sinc * bessel_i0(beta * std::sqrt(1 - x * x)) : 0);
    sum += taps.back();
  }
  std::vector<float> scaled;
  for (const double tap : taps) scaled.push_back(static_cast<float>(tap / sum));
  return scaled;
}

double kaiser_length(double transition, double stop_band_db) {
  return (stop_band_db - 7.95) / (14.36 * transition);
}

}  // namespace earshot::radio
