#include "radio/soapy/clock_fit.h"

#include <algorithm>
#include <cmath>

namespace earshot::radio {
namespace {

constexpr std::size_t kSeconds = 60;        // Chosen: crystals stay put for a minute.
constexpr std::int64_t kJump = 50'000'000;  // ns. Chosen: above any scheduling of a host.
constexpr double kUnknownDriftPpm = 100;    // Chosen: worse than any SDR's crystal.
constexpr double kLeastResidualNs = 1000;   // A host's clock is read no better.
constexpr std::size_t kSecondsForDrift = 5;

}  // namespace

void ClockFit::restart() {
  seconds_.clear();
  slope_ = 0;
}

void ClockFit::add(std::int64_t device_ns, UnixNanos host) {
  const std::int64_t offset = host - device_ns;
  if (!seconds_.empty()) {
    const Estimate now = *at(device_ns);
    const UnixNanos expected = now.utc.seconds * kNanosPerSecond + now.utc.picos / 1000;
    // Later than expected is a busy host; two seconds of it, or any earlier, is a clock that was
    // set.
    if (host < expected - kJump || host > expected + 40 * kJump) {
      restart();
      ++jumps_;
    }
  }
  const bool is_new = seconds_.empty() || device_ns - seconds_.back().device_ns >= kNanosPerSecond;
  if (is_new) {
    seconds_.push_back({device_ns, offset});
    if (seconds_.size() > kSeconds) seconds_.pop_front();
  } else if (offset < seconds_.back().offset_ns) {
    seconds_.back().offset_ns = offset;
  } else {
    return;
  }
  fit();
}

// Least squares about the newest second, in doubles of small numbers.
void ClockFit::fit() {
  base_device_ = seconds_.back().device_ns;
  base_offset_ = seconds_.back().offset_ns;
  const auto n = static_cast<double>(seconds_.size());
  double x_sum = 0, y_sum = 0, xx = 0, xy = 0;
  for (const Second& second : seconds_) {
    const auto x = static_cast<double>(second.device_ns - base_device_);
    const auto y = static_cast<double>(second.offset_ns - base_offset_);
    x_sum += x, y_sum += y, xx += x * x, xy += x * y;
  }
  const double spread = xx - x_sum * x_sum / n;
  slope_ = seconds_.size() >= kSecondsForDrift ? (xy - x_sum * y_sum / n) / spread : 0;
  intercept_ns_ = (y_sum - slope_ * x_sum) / n;
  double square = 0;
  for (const Second& second : seconds_) {
    const auto x = static_cast<double>(second.device_ns - base_device_);
    const auto y = static_cast<double>(second.offset_ns - base_offset_);
    square += std::pow(y - intercept_ns_ - slope_ * x, 2);
  }
  residual_ns_ = std::max(kLeastResidualNs, std::sqrt(square / n));
}

std::optional<ClockFit::Estimate> ClockFit::at(std::int64_t device_ns) const {
  if (seconds_.empty()) return std::nullopt;
  const auto since = static_cast<double>(device_ns - base_device_);
  const std::int64_t whole_ns = device_ns + base_offset_;
  const double rest_ns = intercept_ns_ + slope_ * since;
  Estimate estimate;
  estimate.utc = Instant{whole_ns / kNanosPerSecond, whole_ns % kNanosPerSecond * 1000} +
                 Picoseconds(std::llround(rest_ns * 1000));
  double error_ns = 3 * residual_ns_ + static_cast<double>(transfer_ns_);
  if (seconds_.size() < kSecondsForDrift) error_ns += std::abs(since) * kUnknownDriftPpm * 1e-6;
  estimate.error_ps = static_cast<std::uint64_t>(std::llround(error_ns * 1000));
  return estimate;
}

}  // namespace earshot::radio
