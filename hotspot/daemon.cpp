#include "hotspot/daemon.h"

#include <algorithm>

#include "hotspot/station.h"

namespace earshot::hotspot {
namespace {

// Chosen: how long a new message may wait before it is looked at, at most.
constexpr UnixNanos kLongestWait = 60 * kNanosPerSecond;

class Loop {
 public:
  Loop(Hotspot& hotspot, const Clock& clock, const DaemonRules& rules, const DaemonPorts& ports)
      : hotspot_(hotspot), clock_(clock), rules_(rules), ports_(ports) {}

  Result<void> run() {
    while (true) {
      Result<bool> heard = listen();
      if (!heard) return fail(heard.error());
      if (*heard && rules_.once) continue;
      if (Result<void> sent = send(); !sent) return sent;
      if (rules_.once) return outcome_;
      // A source that has more gets its turn at once, after a look for a request to stop.
      const UnixNanos until = *heard ? clock_.now() : wake_up();
      if (!ports_.wait(until)) return {};
    }
  }

 private:
  // One window; false when there is none.
  Result<bool> listen() {
    if (ports_.source == nullptr || source_ended_) return false;
    Result<std::optional<SourceWindow>> window = ports_.source->next();
    if (!window) return fail(window.error());
    if (!*window) {
      source_ended_ = true;
      ports_.log("the source has ended");
      return false;
    }
    Result<Hearing> hearing = hotspot_.hear((*window)->view(), (*window)->more_follows);
    if (!hearing) return fail(hearing.error());
    for (const WitnessReport& report : hearing->reports) ports_.log(line_of(report));
    if (hearing->over_limit > 0) {
      ports_.log(std::to_string(hearing->over_limit) + " beacons beyond the limit of " +
                 std::to_string(kReportsPerRound) + " a round were not reported");
    }
    return true;
  }

  Result<void> send() {
    Result<Delivery> delivery = hotspot_.deliver();
    if (!delivery) return fail(delivery.error());
    note(*delivery);
    if (clock_.now() < next_poll_) return {};
    next_poll_ = clock_.now() + rules_.audit_poll_seconds * kNanosPerSecond;
    delivery = hotspot_.answer_audits();
    if (!delivery) return fail(delivery.error());
    note(*delivery);
    return {};
  }

  void note(const Delivery& delivery) {
    if (delivery.headers + delivery.bodies + delivery.evidence > 0) {
      ports_.log("delivered " + std::to_string(delivery.headers) + " headers, " +
                 std::to_string(delivery.bodies) + " bodies, " + std::to_string(delivery.evidence) +
                 " snippets of evidence");
    }
    for (const std::string& line : delivery.failed) {
      ports_.log("not delivered, will try again: " + line);
      if (outcome_) outcome_ = fail(Errc::unavailable, line);
    }
    for (const Refusal& refusal : delivery.refused) {
      const std::string line = refusal.what + ": " +
                               (refusal.status == 0 ? "" : std::to_string(refusal.status) + " ") +
                               refusal.detail;
      ports_.log("refused: " + line);
      if (outcome_) outcome_ = fail(Errc::check_failed, line);
    }
  }

  UnixNanos wake_up() const {
    const UnixNanos now = clock_.now();
    const UnixNanos due = std::min(hotspot_.next_due().value_or(next_poll_), next_poll_);
    return std::clamp(due, now, now + kLongestWait);
  }

  Hotspot& hotspot_;
  const Clock& clock_;
  const DaemonRules& rules_;
  const DaemonPorts& ports_;
  bool source_ended_ = false;
  UnixNanos next_poll_ = 0;
  Result<void> outcome_;
};

}  // namespace

Result<void> run_daemon(Hotspot& hotspot, const Clock& clock, const DaemonRules& rules,
                        const DaemonPorts& ports) {
  return Loop(hotspot, clock, rules, ports).run();
}

}  // namespace earshot::hotspot
