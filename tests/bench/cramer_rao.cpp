#include "tests/bench/cramer_rao.h"

#include <array>
#include <cmath>
#include <numbers>

#include "radio/css/waveform.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kParameters = 5;  // Phase, amplitude, carrier, delay, clock.
constexpr double kTau = 2 * std::numbers::pi;
using Row = std::array<double, kParameters>;
using Gram = std::array<Row, kParameters>;

// One diagonal element of the inverse of the leading count x count part: 1 over what is left of it
// when all others are eliminated.
double inverse_diagonal(Gram gram, std::size_t count, std::size_t wanted) {
  for (std::size_t pivot = 0; pivot < count; ++pivot) {
    if (pivot == wanted) continue;
    for (std::size_t row = 0; row < count; ++row) {
      if (row == pivot) continue;
      const double factor = gram[row][pivot] / gram[pivot][pivot];
      for (std::size_t k = 0; k < count; ++k) gram[row][k] -= factor * gram[pivot][k];
    }
  }
  return 1 / gram[wanted][wanted];
}

}  // namespace

FrameBound cramer_rao_bound(const CssParams& params, std::span<const std::uint8_t> payload,
                            double rate_hz, double snr_db, double radio_hz) {
  const auto waveform = CssWaveform::create(params, payload);
  const double anchor = anchor_seconds(params);
  const double duration = waveform->duration_seconds();
  // Carrier and clock in units that keep the matrix well scaled: turns and radians over the frame.
  const double difference = 1e-3 / params.bandwidth_hz;  // Of a chip: for the derivative by delay.
  Gram gram{};
  for (double t = difference; t + difference < duration; t += 1 / rate_hz) {
    const double slope =
        (waveform->phase_turns(t + difference) - waveform->phase_turns(t - difference)) /
        (2 * difference);  // Hz.
    const double since = (t - anchor) / duration;
    // Derivatives over i times the sample (the amplitude's: over the sample), real as the phase is.
    Row row = {1, 0, kTau * since, -kTau * slope / params.bandwidth_hz,
               kTau * slope / params.bandwidth_hz * since};
    if (radio_hz > 0) row[2] += kTau * since * slope / radio_hz;
    for (std::size_t i = 0; i < kParameters; ++i) {
      for (std::size_t k = 0; k < kParameters; ++k) gram[i][k] += row[i] * row[k];
    }
    gram[1][1] += 1;
  }
  const double noise = rate_hz / params.bandwidth_hz / std::pow(10, snr_db / 10);
  const std::size_t count = radio_hz > 0 ? kParameters - 1 : kParameters;
  FrameBound bound;
  bound.carrier_hz = std::sqrt(noise / 2 * inverse_diagonal(gram, count, 2)) / duration;
  bound.arrival_seconds =
      std::sqrt(noise / 2 * inverse_diagonal(gram, count, 3)) / params.bandwidth_hz;
  return bound;
}

}  // namespace earshot::radio
