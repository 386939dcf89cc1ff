// Samples to the listener, what it heard to the station, without losing either.
//
// Three threads: one reads the device and does nothing else, one finds frames, the caller's does
// the rest. Between the first two a bounded queue: what does not fit is dropped, counted, and a
// gap. In lockstep (a virtual clock) one thread does all of it in turn, so that time cannot run
// ahead of what is done in it.
#pragma once
#include <mutex>

#include "hotspot/station.h"

namespace earshot::hotspot {

struct LiveRules {
  bool lockstep = false;
  double queue_seconds = 1.5;  // Chosen: above any hesitation of a scheduler, 24 MB at 2 MS/s.
};

struct LiveFacts {
  std::uint64_t dropped = 0;        // Samples that did not fit the queue.
  std::uint64_t clipped = 0;        // Samples at the end of the device's range.
  std::uint64_t time_error_ps = 0;  // Of the newest sample, the clock's own error not included.
  double drift_ppm = 0;
  double noise_dbfs = 0;  // Median over the band, per sample.
  double full_scale_dbm = 0;
  bool hears = false;  // Samples came within the last seconds.
};

class Live {
 public:
  // Borrowed. `listener` is used by the receiving thread, with the lock that channel_dbm() takes.
  Live(radio::Radio& radio, Listener& listener, const LiveRules& rules)
      : radio_(radio), listener_(listener), rules_(rules) {}

  struct Ports {
    const Clock* clock = nullptr;
    // Blocks until the time or a request to stop; false for the latter.
    std::function<bool(UnixNanos until)> wait;
    // After each step, at most once a second.
    std::function<void(const LiveFacts&)> on_second;
  };
  // Until asked to stop. Errc::unavailable when the device is given up or our disk fails.
  Result<void> run(Station& station, const Ports& ports);

  // Power in a beacon channel over the last seconds, dBm. Any thread.
  std::optional<double> channel_dbm(double frequency_hz, double seconds);

 private:
  struct Shared;
  Result<void> run_threads(Station& station, const Ports& ports);
  Result<void> run_lockstep(Station& station, const Ports& ports);
  void read_loop(Shared& shared);
  void receive_loop(Shared& shared);
  LiveFacts facts();

  radio::Radio& radio_;
  Listener& listener_;
  LiveRules rules_;
  std::mutex listening_;  // Of listener_ and what follows.
  LiveFacts facts_;
  std::uint64_t last_samples_ = 0;
};

// A device's clock as everybody's: what lockstep runs on.
class RadioClock final : public Clock {
 public:
  explicit RadioClock(const radio::Radio& radio) : radio_(radio) {}
  UnixNanos now() const override { return radio_.now().value_or(0); }

 private:
  const radio::Radio& radio_;
};

}  // namespace earshot::hotspot
