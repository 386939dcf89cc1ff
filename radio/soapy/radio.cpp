#include "radio/soapy/radio.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

namespace earshot::radio {
namespace {

constexpr std::size_t kLeastPiece = 4096;  // Chosen: fewer calls a second than 500 at 2 MS/s.

}  // namespace

Result<std::unique_ptr<Radio>> Radio::open(const RadioConfig& config, const Clock& clock) {
  std::unique_ptr<Radio> radio(new Radio(config, clock));
  if (Result<void> started = radio->start(); !started) return fail(started.error());
  return radio;
}

Result<void> Radio::start() {
  Result<std::unique_ptr<SoapyDevice>> device = SoapyDevice::open(config_.device);
  if (!device) return fail(device.error());
  device_ = *std::move(device);
  // Kept from the first opening: other threads read them.
  const bool is_first = facts_.driver.empty();
  Result<DeviceFacts> facts = device_->facts();
  if (!facts) return fail(facts.error());
  if (is_first) facts_ = *std::move(facts);
  if (config_.transmits && !facts_.transmits) {
    return fail(Errc::configuration, "device: " + facts_.driver + " cannot transmit");
  }
  if (Result<void> set = device_->set_sources(config_.clock_source, config_.time_source); !set) {
    return set;
  }
  if (Result<void> set = device_->tune(Direction::receive, config_.receive); !set) return set;
  if (Result<void> set = device_->set_up(Direction::receive); !set) return set;
  if (config_.transmits) {
    Tuning tuning = config_.transmit;
    tuning.centre_hz = config_.receive.centre_hz;
    if (Result<void> set = device_->tune(Direction::transmit, tuning); !set) return set;
    if (Result<void> set = device_->set_up(Direction::transmit); !set) return set;
  }
  if (Result<DeviceFacts> tuned = device_->facts(); is_first && tuned) facts_ = *std::move(tuned);
  const std::size_t unit = device_->piece_samples(Direction::receive);
  buffer_.resize(std::clamp(unit, kLeastPiece, kMostPiece));
  {
    const std::lock_guard lock(time_);
    const double transfer_s = static_cast<double>(buffer_.size()) / config_.receive.rate_hz;
    fit_ = ClockFit(std::llround(transfer_s * 1e9));
    last_tick_.reset();
  }
  gap_ = true;
  return device_->activate(Direction::receive);
}

Result<void> Radio::restart() {
  ++counters_.restarts;
  gap_ = true;
  device_->deactivate(Direction::receive);
  if (!facts_.has_time) {
    const std::lock_guard lock(time_);
    last_tick_.reset();
  }
  return device_->activate(Direction::receive);
}

// Silence, or a stream that fails: first the stream anew, then the device, then the supervisor.
Result<AirPiece> Radio::take_silence(StreamEvent event) {
  ++counters_.timeouts;
  if (event == StreamEvent::timeout && ++timeouts_ < config_.timeouts_before_restart) {
    return AirPiece{};
  }
  timeouts_ = 0;
  if (++restarts_ <= config_.restarts_before_reopening && restart()) return AirPiece{};
  restarts_ = 0;
  const std::lock_guard lock(transmitting_);
  under_way_.reset();  // Lost; sent() says so.
  std::string reason = "no samples";
  while (++reopenings_ <= config_.reopenings_before_giving_up) {
    ++counters_.reopenings;
    device_.reset();
    std::this_thread::sleep_for(std::chrono::milliseconds(config_.reopening_pause_ms));
    const Result<void> started = start();
    if (started) return AirPiece{};
    reason = started.error().detail;
  }
  return fail(Errc::unavailable, "device " + config_.device + " given up after " +
                                     std::to_string(config_.reopenings_before_giving_up) +
                                     " attempts to open it anew: " + reason);
}

Result<AirPiece> Radio::read(UnixNanos idle_until) {
  const std::lock_guard lock(receiving_);
  if (!device_) return fail(Errc::unavailable, "device " + config_.device + " is given up");
  may_skip_ = idle_until != 0 && config_.device_time_is_utc && device_->let_skip_quiet(idle_until);
  const ReadPiece piece = device_->read(buffer_, config_.read_timeout_us);
  if (piece.event == StreamEvent::overflow) {
    ++counters_.overflows;
    gap_ = true;
    const std::lock_guard time_lock(time_);
    if (!facts_.has_time) last_tick_.reset();
    return AirPiece{};
  }
  if (piece.count == 0) {
    const bool silent = piece.event == StreamEvent::none || piece.event == StreamEvent::timeout;
    return take_silence(silent ? StreamEvent::timeout : piece.event);
  }
  timeouts_ = restarts_ = reopenings_ = 0;
  return take_samples(piece);
}

// The device's own time of the piece's first sample; counted where it tells none. A step in it that
// nobody announced is a gap all the same.
std::int64_t Radio::tick_of(const ReadPiece& piece) {
  const double sample_ns = 1e9 / config_.receive.rate_hz;
  const std::int64_t length = std::llround(static_cast<double>(piece.count) * sample_ns);
  if (!last_tick_) {
    gap_ = true;
    fit_.restart();
    return piece.time_ns.value_or(clock_.now() - length);
  }
  const std::int64_t tick = piece.time_ns.value_or(*last_tick_);
  const std::int64_t step = tick - *last_tick_;
  if (std::abs(static_cast<double>(step)) > 1.5 * sample_ns) {
    if (!gap_ && !may_skip_) ++counters_.overflows;
    gap_ = true;
    if (step > 0 && !may_skip_) counters_.lost_ns += static_cast<std::uint64_t>(step);
    if (step < 0) fit_.restart();
    return tick;
  }
  // Times in whole nanoseconds would wander by a rounding each piece; the count does not.
  return piece.time_ns ? tick : *last_tick_;
}

AirPiece Radio::take_samples(const ReadPiece& piece) {
  counters_.samples += piece.count;
  AirPiece out;
  const auto end = buffer_.begin() + static_cast<std::ptrdiff_t>(piece.count);
  out.samples.assign(buffer_.begin(), end);
  const std::lock_guard lock(time_);
  const std::int64_t tick = tick_of(piece);
  last_tick_ =
      tick + std::llround(static_cast<double>(piece.count) / config_.receive.rate_hz * 1e9);
  if (config_.device_time_is_utc) {
    out.first.utc = {tick / kNanosPerSecond, tick % kNanosPerSecond * 1000};
  } else {
    fit_.add(*last_tick_, clock_.now());
    out.first = *fit_.at(tick);
    counters_.clock_jumps = fit_.jumps();
    out.drift_ppm = fit_.drift_ppm();
  }
  out.after_gap = gap_;
  gap_ = false;
  return out;
}

std::optional<UnixNanos> Radio::now() const {
  const std::lock_guard lock(time_);
  if (!last_tick_) return std::nullopt;
  if (config_.device_time_is_utc) return last_tick_;
  const Instant utc = fit_.at(*last_tick_)->utc;
  return utc.seconds * kNanosPerSecond + utc.picos / 1000;
}

}  // namespace earshot::radio
