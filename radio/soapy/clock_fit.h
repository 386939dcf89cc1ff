// What UTC is at a device's tick, and how well that is known.
//
// Samples reach the host late by an unknown time that is never negative, so of each second only the
// earliest arrival counts; a straight line through a minute of those gives offset and drift. The
// error bar is three times what the line leaves, and one transfer: how late the earliest is itself
// cannot be seen from here. A device that knows UTC (PPS) needs none of this.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>

#include "core/time.h"

namespace earshot::radio {

class ClockFit {
 public:
  // `transfer_ns`: the longest a sample may have waited in the device for its transfer.
  explicit ClockFit(std::int64_t transfer_ns) : transfer_ns_(transfer_ns) {}

  // At host time `host` the sample of tick `device_ns` had just arrived. Device times ascend.
  void add(std::int64_t device_ns, UnixNanos host);
  // The device's ticks have started anew.
  void restart();

  struct Estimate {
    Instant utc;
    std::uint64_t error_ps = 0;  // Three sigma.
  };
  // Nothing before the first add().
  std::optional<Estimate> at(std::int64_t device_ns) const;
  // Of the device's clock against the host's, in parts per million; 0 while unknown.
  double drift_ppm() const { return slope_ * 1e6; }
  // How often the host's clock was seen to jump: what came before is then forgotten.
  std::uint64_t jumps() const { return jumps_; }

 private:
  struct Second {
    std::int64_t device_ns = 0;
    std::int64_t offset_ns = 0;  // Host minus device, the least of this second.
  };
  void fit();

  std::int64_t transfer_ns_;
  std::deque<Second> seconds_;
  std::int64_t base_device_ = 0;  // The line: offset = base + intercept + slope * (device - base).
  std::int64_t base_offset_ = 0;
  double intercept_ns_ = 0;
  double slope_ = 0;
  double residual_ns_ = 0;
  std::uint64_t jumps_ = 0;
};

}  // namespace earshot::radio
