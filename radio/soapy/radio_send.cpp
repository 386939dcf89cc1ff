// Bursts: timed where the hardware can, otherwise by the host's clock, padded so that drivers which
// send whole transfers send the last one too.
#include <chrono>
#include <cmath>
#include <thread>

#include "radio/soapy/radio.h"

namespace earshot::radio {
namespace {

constexpr long kWriteTimeoutUs = 1'000'000;
constexpr int kMostWaits = 10;                         // For a device that takes nothing.
constexpr std::int64_t kEndMargin = 500'000'000;       // ns. A burst is over by then, told or not.
constexpr std::int64_t kLongestSleep = 5'000'000'000;  // ns. Nobody hands bursts over earlier.

UnixNanos nanos_of(Instant instant) {
  return instant.seconds * kNanosPerSecond + instant.picos / 1000;
}

void sleep_nanos(std::int64_t nanos) {
  if (nanos > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(nanos));
}

std::int64_t length_ns(std::size_t samples, double rate_hz) {
  return std::llround(static_cast<double>(samples) / rate_hz * 1e9);
}

}  // namespace

Result<void> Radio::write_burst(SampleView samples, std::optional<std::int64_t> tick) {
  int waits = 0;
  while (!samples.empty()) {
    const ReadPiece piece = device_->write(samples, true, tick, kWriteTimeoutUs);
    if (piece.event == StreamEvent::late) {
      return fail(Errc::check_failed, "device: the burst came too late");
    }
    const bool waited = piece.event == StreamEvent::timeout || piece.count == 0;
    if (piece.event == StreamEvent::error || (waited && ++waits > kMostWaits)) {
      return fail(Errc::unavailable, "device: takes no samples to transmit");
    }
    samples = samples.subspan(piece.count);
    if (piece.count > 0) tick.reset();
  }
  return {};
}

Result<void> Radio::send_timed(const Burst& burst) {
  std::int64_t tick = nanos_of(burst.start);
  std::uint64_t error_ps = 0;
  if (!config_.device_time_is_utc) {
    const std::lock_guard lock(time_);
    const auto latest = last_tick_ ? fit_.at(*last_tick_) : std::nullopt;
    if (!latest) return fail(Errc::check_failed, "device: its clock is not known yet");
    const auto ahead = static_cast<double>((burst.start - latest->utc).count()) / 1000;
    tick = *last_tick_ + std::llround(ahead / (1 + fit_.drift_ppm() * 1e-6));
    error_ps = latest->error_ps;
  }
  if (Result<void> on = device_->activate(Direction::transmit); !on) return on;
  under_way_ = SentBurst{burst.start, error_ps};
  return write_burst(burst.samples, tick);
}

Result<void> Radio::send_untimed(const Burst& burst) {
  const double rate = config_.transmit.rate_hz;
  const std::size_t transfers = (burst.samples.size() + kTransferSamples - 1) / kTransferSamples;
  Samples padded = burst.samples;
  padded.resize((transfers + 1) * kTransferSamples);
  const UnixNanos activate_at = nanos_of(burst.start) - config_.untimed_latency_ns;
  const std::int64_t left = activate_at - clock_.now();
  if (left < 0) return fail(Errc::check_failed, "device: the burst came too late");
  sleep_nanos(std::min(left, kLongestSleep));
  const UnixNanos begun = clock_.now();
  if (Result<void> on = device_->activate(Direction::transmit); !on) return on;
  const UnixNanos at_antenna = begun + config_.untimed_latency_ns;
  under_way_ = SentBurst{{at_antenna / kNanosPerSecond, at_antenna % kNanosPerSecond * 1000},
                         static_cast<std::uint64_t>(config_.untimed_error_ns) * 1000};
  const Result<void> written = write_burst(padded, std::nullopt);
  end_by_ = begun + length_ns(padded.size(), rate) + kEndMargin;
  return written;
}

Result<void> Radio::send(const Burst& burst) {
  const std::lock_guard lock(transmitting_);
  if (!device_ || !config_.transmits) {
    return fail(Errc::unavailable, "device: not open for transmission");
  }
  outcome_.reset();
  const bool stops_receiving = !facts_.full_duplex;
  std::unique_lock<std::mutex> silent(receiving_, std::defer_lock);
  if (stops_receiving) {
    silent.lock();
    device_->deactivate(Direction::receive);
  }
  end_by_ = nanos_of(burst.start) + length_ns(burst.samples.size(), config_.transmit.rate_hz) +
            kEndMargin;
  Result<void> outcome = device_->set_frequency(Direction::transmit, burst.centre_hz);
  if (outcome) outcome = facts_.has_time ? send_timed(burst) : send_untimed(burst);
  if (!outcome) stop_transmitting();
  if (!stops_receiving) return outcome;
  if (outcome) outcome = wait_for_end();
  resume_receiving();
  return outcome;
}

// Half duplex: nothing else to do until the burst is over.
Result<void> Radio::wait_for_end() {
  StreamEvent event = StreamEvent::timeout;
  while (event == StreamEvent::timeout && clock_.now() < end_by_) {
    event = device_->burst_status(100'000);
  }
  if (event == StreamEvent::unsupported) sleep_nanos(end_by_ - clock_.now());
  if (event == StreamEvent::late) {
    outcome_ = fail(Errc::check_failed, "device: the burst came too late");
  } else if (event == StreamEvent::error) {
    outcome_ = fail(Errc::unavailable, "device: failed while transmitting");
  } else {
    outcome_ = *under_way_;
  }
  stop_transmitting();
  return {};
}

void Radio::stop_transmitting() {
  device_->deactivate(Direction::transmit);
  under_way_.reset();
}

// The local oscillator may be shared: the receiver's frequency is set again.
void Radio::resume_receiving() {
  const Result<void> tuned = device_->set_frequency(Direction::receive, config_.receive.centre_hz);
  const Result<void> on = tuned ? device_->activate(Direction::receive) : tuned;
  gap_ = true;
  {
    const std::lock_guard lock(time_);
    if (!facts_.has_time) last_tick_.reset();
  }
  if (!on) timeouts_ = config_.timeouts_before_restart;  // read() takes the next step.
}

Result<std::optional<SentBurst>> Radio::sent(long timeout_us) {
  const std::lock_guard lock(transmitting_);
  if (outcome_) {
    const Result<SentBurst> outcome = *std::exchange(outcome_, std::nullopt);
    if (!outcome) return fail(outcome.error());
    return std::optional(*outcome);
  }
  if (!under_way_ || !device_) {
    under_way_.reset();
    return fail(Errc::unavailable, "device: the burst was lost, the device was opened anew");
  }
  const StreamEvent event = device_->burst_status(timeout_us);
  const bool over_by_clock = clock_.now() > end_by_;
  if (event == StreamEvent::late || event == StreamEvent::error) {
    stop_transmitting();
    return fail(Errc::check_failed, "device: the burst came too late or was cut off");
  }
  if (event == StreamEvent::none || over_by_clock) {
    const SentBurst done = *under_way_;
    stop_transmitting();
    return std::optional(done);
  }
  // A driver that does not say: by the clock.
  if (event == StreamEvent::unsupported) {
    sleep_nanos(std::min<std::int64_t>(end_by_ - clock_.now(), std::int64_t{timeout_us} * 1000));
  }
  return std::optional<SentBurst>();
}

}  // namespace earshot::radio
