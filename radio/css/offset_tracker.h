// Follows the slow drift of a frame's symbols against their expected place, in chips: a Kalman
// filter on how much later than expected each symbol came.
#pragma once
#include <algorithm>

namespace earshot::radio {

class OffsetTracker {
 public:
  // One sigma of what the synchroniser leaves open: where the first symbol lies, and the drift per
  // symbol, in chips.
  OffsetTracker(double offset_sigma, double drift_sigma)
      : offset_variance_(offset_sigma * offset_sigma), drift_variance_(drift_sigma * drift_sigma) {}

  // How late the next symbol is expected.
  double offset() const { return offset_; }
  double drift() const { return drift_; }

  // `residual`: how much later than offset() the symbol came; variance of that.
  void update(double residual, double variance) {
    const double gate = std::max(kLeastGate, 9 * (offset_variance_ + variance));
    if (residual * residual < gate) {
      const double gain = offset_variance_ / (offset_variance_ + variance);
      const double drift_gain = cross_ / (offset_variance_ + variance);
      offset_ += gain * residual;
      drift_ += drift_gain * residual;
      drift_variance_ -= drift_gain * cross_;
      cross_ *= 1 - gain;
      offset_variance_ *= 1 - gain;
    }
    offset_ += drift_;
    offset_variance_ += 2 * cross_ + drift_variance_ + kWander;
    cross_ += drift_variance_;
  }

 private:
  static constexpr double kLeastGate = 0.04;  // Chips^2. Chosen: closer is never a wrong value.
  static constexpr double kWander = 1e-6;  // Chips^2 per symbol. Chosen: oscillators are not ideal.
  double offset_ = 0;
  double drift_ = 0;
  double offset_variance_;
  double cross_ = 0;
  double drift_variance_;
};

}  // namespace earshot::radio
