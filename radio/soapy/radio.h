// A radio that keeps running: samples with their times in, bursts out.
//
// What goes wrong with real devices is expected. Samples lost on the way (overflow) are counted and
// the times after them are right again; a device that falls silent is activated anew, then opened
// anew, then given up, so that whoever supervises the process can start over.
//
// read() belongs to one thread; send() and sent() to the same or one other. Without full duplex
// send() stops reception while it lasts.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>

#include "core/clock.h"
#include "radio/soapy/clock_fit.h"
#include "radio/soapy/soapy_device.h"

namespace earshot::radio {

// Chosen: SoapyHackRF sends whole transfers of 262144 bytes and nothing of a smaller one.
inline constexpr std::size_t kTransferSamples = 131072;

// The longest piece that read() gives. Chosen: 1 MiB.
inline constexpr std::size_t kMostPiece = 1U << 17;

struct RadioConfig {
  std::string device;                     // "driver=...,..."
  std::string clock_source, time_source;  // Empty: the driver's choice.
  bool device_time_is_utc = false;        // Set by PPS, or the virtual air's.
  Tuning receive;
  bool transmits = false;
  Tuning transmit;  // `centre_hz` is each burst's.
  // Bursts without hardware time: from activation to the antenna, and how well that is known.
  std::int64_t untimed_latency_ns = 0;
  std::int64_t untimed_error_ns = 20'000'000;
  // Patience: silence before the stream is activated anew, and how often until the next step.
  long read_timeout_us = 200'000;
  int timeouts_before_restart = 10;
  int restarts_before_reopening = 3;
  int reopenings_before_giving_up = 3;
  long reopening_pause_ms = 2000;
};

struct RadioCounters {
  std::atomic<std::uint64_t> samples = 0;
  std::atomic<std::uint64_t> overflows = 0;  // Times that samples were lost.
  std::atomic<std::uint64_t> lost_ns = 0;    // Where the device's time shows it.
  std::atomic<std::uint64_t> timeouts = 0;
  std::atomic<std::uint64_t> restarts = 0;     // Streams activated anew.
  std::atomic<std::uint64_t> reopenings = 0;   // Devices opened anew.
  std::atomic<std::uint64_t> clock_jumps = 0;  // Of the host's clock.
};

struct AirPiece {
  Samples samples;         // Empty: nothing came in time.
  bool after_gap = false;  // Does not continue the piece before.
  ClockFit::Estimate first;
  double drift_ppm = 0;
};

struct Burst {
  Samples samples;  // At RadioConfig::transmit.rate_hz, |x| <= 1.
  double centre_hz = 0;
  Instant start;  // Of samples[0] at the antenna port.
};
struct SentBurst {
  Instant start;
  std::uint64_t error_ps = 0;
};

class Radio {
 public:
  // Opens, tunes and starts to receive. `clock` is borrowed.
  static Result<std::unique_ptr<Radio>> open(const RadioConfig& config, const Clock& clock);

  const DeviceFacts& facts() const { return facts_; }
  const RadioCounters& counters() const { return counters_; }

  // The next piece. Errc::unavailable when the device is given up. A device on a virtual clock may
  // leave out quiet air before `idle_until` (0: none): the piece then comes after a gap, and
  // nothing counts as lost.
  Result<AirPiece> read(UnixNanos idle_until = 0);

  // Hands a burst to the device, at least half a second before its start where bursts are timed.
  // Blocks until the device has taken it. Errc::check_failed when it comes too late.
  Result<void> send(const Burst& burst);
  // What became of it: nothing while it is on its way.
  Result<std::optional<SentBurst>> sent(long timeout_us);
  // The device's own time in UTC; nothing before the first samples.
  std::optional<UnixNanos> now() const;

 private:
  Radio(const RadioConfig& config, const Clock& clock) : config_(config), clock_(clock), fit_(0) {}
  Result<void> start();
  Result<void> restart();
  Result<AirPiece> take_silence(StreamEvent event);
  AirPiece take_samples(const ReadPiece& piece);
  std::int64_t tick_of(const ReadPiece& piece);
  void note_arrival(std::int64_t end_tick);

  Result<void> write_burst(SampleView samples, std::optional<std::int64_t> tick);
  Result<void> send_timed(const Burst& burst);
  Result<void> send_untimed(const Burst& burst);
  Result<void> wait_for_end();
  void stop_transmitting();
  void resume_receiving();

  RadioConfig config_;
  const Clock& clock_;
  std::unique_ptr<SoapyDevice> device_;
  DeviceFacts facts_;
  RadioCounters counters_;
  Samples buffer_;

  std::mutex receiving_;     // Held while reading; by send() while it stops reception.
  std::mutex transmitting_;  // Held while a burst is under way; by read() while it opens anew.
  mutable std::mutex time_;  // Of fit_ and last_tick_.
  ClockFit fit_;
  std::optional<std::int64_t> last_tick_;  // Of the sample after the last one read.
  bool gap_ = true;
  bool may_skip_ = false;  // The piece being read may come after quiet air that was left out.
  int timeouts_ = 0, restarts_ = 0, reopenings_ = 0;  // In a row.

  std::optional<SentBurst> under_way_;
  std::optional<Result<SentBurst>> outcome_;
  UnixNanos end_by_ = 0;  // When the burst under way is over by the host's clock.
};

}  // namespace earshot::radio
