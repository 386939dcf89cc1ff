// What trials came to, and what that says of trials that were not made.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>

namespace earshot {

struct Tally {
  std::size_t count = 0;
  double sum = 0, squares = 0, least = 1, most = 0;
  std::size_t above = 0;  // The threshold.

  void add(double value, double threshold) {
    ++count;
    sum += value;
    squares += value * value;
    least = std::min(least, value);
    most = std::max(most, value);
    above += value > threshold ? 1 : 0;
  }
  double mean() const { return sum / static_cast<double>(count); }
  double deviation() const {
    return std::sqrt(std::max(0.0, squares / static_cast<double>(count) - mean() * mean()));
  }
};

// The highest rate at which `seen` or fewer of `count` come out in 5 % of cases (Poisson).
inline double bound_95(std::size_t seen, std::size_t count) {
  double low = 0, high = static_cast<double>(seen) * 2 + 10;
  for (int i = 0; i < 60; ++i) {
    const double mean = (low + high) / 2;
    double term = std::exp(-mean), sum = term;
    for (std::size_t k = 1; k <= seen; ++k) sum += term *= mean / static_cast<double>(k);
    (sum > 0.05 ? low : high) = mean;
  }
  return std::min(1.0, high / static_cast<double>(count));
}

}  // namespace earshot
