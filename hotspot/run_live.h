// A live hotspot, wired: device -> listener -> station -> verifiers, and the beacons.
#pragma once
#include "hotspot/config.h"
#include "hotspot/live.h"

namespace earshot::hotspot {

struct LiveProcess {
  std::function<bool(UnixNanos until)> wait;  // False when asked to stop.
  std::function<void(const std::string& line)> log;
};
// Until asked to stop. Precondition: config.radio.device is set.
Result<void> run_live(const Config& config, const SigningKey& key, const LiveProcess& process);

}  // namespace earshot::hotspot
