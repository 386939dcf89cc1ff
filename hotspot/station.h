// The live daemon's control: everything but samples. Takes what was heard, beacons, delivers,
// answers audits, and says how it is. One thread; never sleeps; times come from the caller.
#pragma once
#include "hotspot/beaconer.h"
#include "hotspot/listener.h"

namespace earshot::hotspot {

struct StationRules {
  std::int64_t audit_poll_seconds = 60;
  std::int64_t timeout_seconds = 10;  // Of one exchange: how long a dead verifier may hold us up.
};

struct StationCounts {
  std::uint64_t frames = 0, not_beacons = 0, unconfirmed = 0;  // As the Listener counts them.
  std::uint64_t reports = 0, repeated = 0, over_limit = 0;
  std::uint64_t headers = 0, bodies = 0, evidence = 0, refused = 0;  // Delivered, or not for good.
  bool verifier_answers = true;
};

class Station {
 public:
  // All borrowed. `beaconer` may be absent: a listener only.
  Station(Hotspot& hotspot, Beaconer* beaconer, const StationRules& rules,
          std::function<void(const std::string& line)> log)
      : hotspot_(hotspot), beaconer_(beaconer), rules_(rules), log_(std::move(log)) {}

  // Queues what was heard.
  Result<void> take(Harvest harvest);
  // Does what is due at `now`; when it wants to be called again at the latest.
  Result<UnixNanos> step(UnixNanos now);

  const StationCounts& counts() const { return counts_; }

 private:
  Result<void> deliver(UnixNanos now);
  void notice_clock(UnixNanos now);
  void note(const Delivery& delivery);

  Hotspot& hotspot_;
  Beaconer* beaconer_;
  StationRules rules_;
  std::function<void(const std::string& line)> log_;
  StationCounts counts_;
  UnixNanos next_delivery_ = 0;
  UnixNanos next_poll_ = 0;
  UnixNanos last_step_ = 0;
};

std::string line_of(const WitnessReport& report);  // "heard beacon ... at ... on ..."

}  // namespace earshot::hotspot
