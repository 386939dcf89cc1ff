#include "hotspot/live.h"

#include <algorithm>
#include <condition_variable>
#include <thread>

namespace earshot::hotspot {
namespace {

constexpr std::int64_t kLook = 200'000'000;  // ns: how often the station looks for what was heard.
// A station never asks to be called later than this (5 s): the clock was set back. Chosen: twice.
constexpr std::int64_t kLongestAhead = 10 * kNanosPerSecond;

}  // namespace

// What the threads hand to one another.
struct Live::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<radio::AirPiece> pieces;
  std::size_t queued = 0;  // Samples.
  std::uint64_t dropped = 0;
  bool gap = false;  // Something was dropped since the last piece.
  std::vector<Harvest> harvests;
  Result<void> outcome;  // The first failure.
  bool stop = false;

  bool going_on() const { return !stop && outcome.has_value(); }
  void give_up(const Error& error) {
    const std::lock_guard lock(mutex);
    if (outcome) outcome = fail(error);
    changed.notify_all();
  }
};

void Live::read_loop(Shared& shared) {
  const auto room = static_cast<std::size_t>(rules_.queue_seconds * listener_.stream().rate_hz());
  while (true) {
    Result<radio::AirPiece> piece = radio_.read();
    if (!piece) return shared.give_up(piece.error());
    const std::lock_guard lock(shared.mutex);
    if (!shared.going_on()) return;
    if (piece->samples.empty()) continue;
    piece->after_gap = piece->after_gap || shared.gap;
    shared.gap = shared.queued + piece->samples.size() > room;
    if (shared.gap) {
      shared.dropped += piece->samples.size();
      continue;
    }
    shared.queued += piece->samples.size();
    shared.pieces.push_back(*std::move(piece));
    shared.changed.notify_all();
  }
}

void Live::receive_loop(Shared& shared) {
  while (true) {
    radio::AirPiece piece;
    {
      std::unique_lock lock(shared.mutex);
      shared.changed.wait(lock, [&] { return !shared.going_on() || !shared.pieces.empty(); });
      if (!shared.going_on()) return;
      piece = std::move(shared.pieces.front());
      shared.pieces.pop_front();
      shared.queued -= piece.samples.size();
    }
    Result<Harvest> harvest;
    {
      const std::lock_guard lock(listening_);
      harvest = listener_.push(piece);
      facts_.time_error_ps = piece.first.error_ps;
      facts_.drift_ppm = piece.drift_ppm;
    }
    if (!harvest) return shared.give_up(harvest.error());
    if (harvest->frames == 0) continue;
    const std::lock_guard lock(shared.mutex);
    shared.harvests.push_back(*std::move(harvest));
  }
}

LiveFacts Live::facts() {
  const std::lock_guard lock(listening_);
  facts_.clipped = listener_.stream().clipped();
  const std::uint64_t samples = radio_.counters().samples;
  facts_.hears = samples > last_samples_;
  last_samples_ = samples;
  const Result<radio::Calibration> calibration = listener_.calibration();
  if (calibration) facts_.full_scale_dbm = calibration->full_scale_cdbm / 100.0;
  // The same estimate with a noise figure of which the level is known tells the noise.
  const radio::Samples newest = listener_.stream().newest(1U << 15);
  const auto noise = radio::calibrate_by_thermal_noise(newest, listener_.stream().rate_hz(), 0, 0);
  const double thermal_dbm = -173.975 + 10 * std::log10(listener_.stream().rate_hz());
  if (noise) facts_.noise_dbfs = thermal_dbm - noise->full_scale_cdbm / 100.0;
  return facts_;
}

Result<void> Live::run_threads(Station& station, const Ports& ports) {
  Shared shared;
  std::thread reader([&] { read_loop(shared); });
  std::thread receiver([&] { receive_loop(shared); });
  Result<void> outcome;
  UnixNanos next_second = 0;
  UnixNanos next = 0;
  while (outcome) {
    std::vector<Harvest> harvests;
    {
      const std::lock_guard lock(shared.mutex);
      outcome = shared.outcome;
      harvests.swap(shared.harvests);
      facts_.dropped = shared.dropped;
    }
    for (Harvest& harvest : harvests) {
      if (outcome) outcome = station.take(std::move(harvest));
    }
    const UnixNanos now = ports.clock->now();
    if (now < next - kLongestAhead) next = next_second = now;
    if (outcome && (now >= next || !harvests.empty())) {
      const Result<UnixNanos> stepped = station.step(now);
      if (!stepped) outcome = fail(stepped.error());
      next = stepped.value_or(now);
    }
    if (outcome && now >= next_second) {
      next_second = now + kNanosPerSecond;
      ports.on_second(facts());
    }
    if (!outcome || !ports.wait(std::clamp(next, now, now + kLook))) break;
  }
  {
    const std::lock_guard lock(shared.mutex);
    shared.stop = true;
    shared.changed.notify_all();
  }
  reader.join();
  receiver.join();
  return outcome;
}

Result<void> Live::run_lockstep(Station& station, const Ports& ports) {
  UnixNanos next = 0;
  UnixNanos next_second = 0;
  while (ports.wait(0)) {
    // Nothing is to be done before `next`: a virtual clock need not play us silence till then.
    const Result<radio::AirPiece> piece = radio_.read(next);
    if (!piece) return fail(piece.error());
    Result<Harvest> harvest;
    {
      const std::lock_guard lock(listening_);
      harvest = listener_.push(*piece);
    }
    if (!harvest) return fail(harvest.error());
    const bool heard = harvest->frames > 0;
    if (Result<void> taken = station.take(*std::move(harvest)); !taken) return taken;
    if (!radio_.now()) continue;  // No time before the first sample.
    const UnixNanos now = ports.clock->now();
    if (now < next - kLongestAhead) next = next_second = now;
    if (heard || now >= next) {
      const Result<UnixNanos> stepped = station.step(now);
      if (!stepped) return fail(stepped.error());
      next = *stepped;
    }
    if (now >= next_second) {
      next_second = now + kNanosPerSecond;
      ports.on_second(facts());
    }
  }
  return {};
}

Result<void> Live::run(Station& station, const Ports& ports) {
  return rules_.lockstep ? run_lockstep(station, ports) : run_threads(station, ports);
}

std::optional<double> Live::channel_dbm(double frequency_hz, double seconds) {
  const std::lock_guard lock(listening_);
  const auto level =
      listener_.stream().channel_power_dbfs(frequency_hz, kBeaconBandwidthHz, seconds);
  const Result<radio::Calibration> calibration = listener_.calibration();
  if (!level || !calibration) return std::nullopt;
  return *level + calibration->full_scale_cdbm / 100.0;
}

}  // namespace earshot::hotspot
