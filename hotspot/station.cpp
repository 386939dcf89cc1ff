#include "hotspot/station.h"

#include <algorithm>

namespace earshot::hotspot {
namespace {

// Chosen: what is heard within it goes out under one header, seconds after it was heard.
constexpr std::int64_t kBetweenDeliveries = 3 * kNanosPerSecond;
constexpr std::int64_t kLongestWait = 5 * kNanosPerSecond;
// Chosen: above what a clock that is merely slewed, or two that are compared, can show.
constexpr std::int64_t kSetBack = kNanosPerSecond;

}  // namespace

std::string line_of(const WitnessReport& report) {
  const Instant time = instant_of_round(report.round) + Picoseconds(report.receive_ps);
  char figures[80];
  std::snprintf(figures, sizeof figures, "SF%d, %.2f dBm, SNR %.2f dB", report.spreading_factor,
                report.rssi_cdbm / 100.0, report.snr_cdb / 100.0);
  return "heard beacon " + to_hex(report.tag) + " at " + to_iso8601(time) + " on " +
         std::to_string(report.frequency_hz) + " Hz, " + figures;
}

Result<void> Station::take(Harvest harvest) {
  counts_.frames += harvest.frames;
  counts_.not_beacons += harvest.not_beacons;
  counts_.unconfirmed += harvest.unconfirmed;
  const Result<Hearing> hearing = hotspot_.take(std::move(harvest.beacons));
  if (!hearing) return fail(hearing.error());
  for (const WitnessReport& report : hearing->reports) log_(line_of(report));
  const std::size_t over_limit = harvest.over_limit + hearing->over_limit;
  if (over_limit > 0) {
    log_(std::to_string(over_limit) + " beacons beyond the limit of " +
         std::to_string(kReportsPerRound) + " a round were not reported");
  }
  counts_.reports += hearing->reports.size();
  counts_.repeated += harvest.repeated + hearing->repeated;
  counts_.over_limit += over_limit;
  return {};
}

// What was planned for times that are far away again would wait until the clock has been there.
void Station::notice_clock(UnixNanos now) {
  const std::int64_t back = last_step_ - now;
  last_step_ = now;
  if (back < kSetBack) return;
  log_("the clock was set back by " + std::to_string(back / kNanosPerSecond) + " s");
  next_delivery_ = next_poll_ = now;
  hotspot_.forget_waits();
  if (beaconer_ != nullptr) beaconer_->ask_now();
}

Result<UnixNanos> Station::step(UnixNanos now) {
  notice_clock(now);
  if (beaconer_ != nullptr) {
    if (Result<void> stepped = beaconer_->step(now); !stepped) return fail(stepped.error());
  }
  // A verifier that does not answer must not make us miss our own slot.
  const std::int64_t hold_up = (rules_.timeout_seconds + 1) * kNanosPerSecond;
  const bool busy = beaconer_ != nullptr && beaconer_->is_about_to_send(now, hold_up);
  if (!busy) {
    if (Result<void> delivered = deliver(now); !delivered) return fail(delivered.error());
  }
  UnixNanos next = now + kLongestWait;
  if (!busy) {  // Otherwise what is due waits for the beacon.
    next = std::min(next, std::max(next_poll_, now));
    const std::optional<UnixNanos> due = hotspot_.next_due();
    if (due) next = std::min(next, std::max(*due, next_delivery_));
  }
  if (beaconer_ != nullptr) next = std::min(next, beaconer_->next_step(now));
  return next;
}

Result<void> Station::deliver(UnixNanos now) {
  const std::optional<UnixNanos> due = hotspot_.next_due();
  if (due && *due <= now && now >= next_delivery_) {
    next_delivery_ = now + kBetweenDeliveries;
    const Result<Delivery> delivery = hotspot_.deliver();
    if (!delivery) return fail(delivery.error());
    note(*delivery);
  }
  if (now < next_poll_) return {};
  next_poll_ = now + rules_.audit_poll_seconds * kNanosPerSecond;
  const Result<Delivery> delivery = hotspot_.answer_audits();
  if (!delivery) return fail(delivery.error());
  note(*delivery);
  return {};
}

void Station::note(const Delivery& delivery) {
  counts_.headers += delivery.headers;
  counts_.bodies += delivery.bodies;
  counts_.evidence += delivery.evidence;
  counts_.refused += delivery.refused.size();
  if (delivery.headers + delivery.bodies + delivery.evidence > 0) {
    log_("delivered " + std::to_string(delivery.headers) + " headers, " +
         std::to_string(delivery.bodies) + " bodies, " + std::to_string(delivery.evidence) +
         " snippets of evidence");
  }
  for (const std::string& line : delivery.failed) {
    log_("not delivered, will try again: " + line);
  }
  for (const Refusal& refusal : delivery.refused) {
    log_("refused: " + refusal.what + ": " +
         (refusal.status == 0 ? "" : std::to_string(refusal.status) + " ") + refusal.detail);
  }
  counts_.verifier_answers = delivery.failed.empty();
}

}  // namespace earshot::hotspot
