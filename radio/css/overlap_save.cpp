#include "radio/css/overlap_save.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace earshot::radio {

namespace {

constexpr std::int64_t kLargestDenominator = 20000;
constexpr double kExact = 1e-13;
constexpr std::int64_t kSmallestBlock = 2048;  // Chosen: below, the cost per call dominates.
constexpr std::int64_t kGuardsPerBlock = 16;   // Chosen: an eighth of the work is overlap.

// FFTW is fast for products of small primes.
bool is_smooth(std::int64_t size) {
  for (const std::int64_t prime : {2, 3, 5, 7}) {
    while (size % prime == 0) size /= prime;
  }
  return size == 1;
}

bool is_whole(double value) { return std::abs(value - std::round(value)) < 1e-9; }

}  // namespace

Ratio small_ratio(double value) {
  Ratio best;
  double best_error = value;
  for (std::int64_t q = 1; q <= kLargestDenominator; ++q) {
    const double p = std::round(value * static_cast<double>(q));
    const double error = std::abs(p / static_cast<double>(q) - value);
    if (p >= 1 && error < best_error) {
      best = {static_cast<std::int64_t>(p), q};
      best_error = error;
      if (error <= kExact * value) break;
    }
  }
  return best;
}

BlockGeometry choose_blocks(double rate_hz, const std::vector<Ratio>& chips_per_sample,
                            const std::vector<double>& offsets_hz, double guard_seconds) {
  std::int64_t unit = 1;
  for (const Ratio& ratio : chips_per_sample) unit = std::lcm(unit, ratio.q);
  const auto up = [unit](std::int64_t samples) { return (samples + unit - 1) / unit * unit; };
  BlockGeometry geometry;
  geometry.guard = up(static_cast<std::int64_t>(std::ceil(guard_seconds * rate_hz)));
  const std::int64_t smallest = up(std::max(kSmallestBlock, kGuardsPerBlock * geometry.guard));
  const auto bins_are_whole = [&](std::int64_t size) {
    return std::all_of(offsets_hz.begin(), offsets_hz.end(), [&](double offset) {
      return is_whole(offset / rate_hz * static_cast<double>(size));
    });
  };
  // The first size with both virtues; failing that with fast transforms; failing that, any.
  for (const bool whole : {true, false}) {
    for (std::int64_t size = smallest; size <= 2 * smallest; size += unit) {
      if (!is_smooth(size / unit) || (whole && !bins_are_whole(size))) continue;
      geometry.size = size;
      geometry.hop = size - 2 * geometry.guard;
      return geometry;
    }
  }
  geometry.size = smallest;
  geometry.hop = smallest - 2 * geometry.guard;
  return geometry;
}

}  // namespace earshot::radio
