// The daemon's loop: listen to what the source gives, send what is due, answer audits, wait.
//
// Time and waiting are arguments, so that a test runs a day in a moment.
#pragma once
#include <functional>

#include "hotspot/hotspot.h"
#include "hotspot/sample_source.h"

namespace earshot::hotspot {

struct DaemonRules {
  bool once = false;  // One attempt at what is due, then end; otherwise until told to stop.
  std::int64_t audit_poll_seconds = 60;
};

struct DaemonPorts {
  SampleSource* source = nullptr;  // May be absent: only deliver and answer.
  // Blocks until the time or a request to stop; false for the latter.
  std::function<bool(UnixNanos until)> wait;
  std::function<void(const std::string& line)> log;
};

// With `once`: Errc::unavailable when something due could not be sent, Errc::check_failed when the
// verifier refused something; the detail is the first such line.
Result<void> run_daemon(Hotspot& hotspot, const Clock& clock, const DaemonRules& rules,
                        const DaemonPorts& ports);

}  // namespace earshot::hotspot
