// What a person asks of the radio: which there are, what it hears, what a full-scale sample is
// worth. Each answers on standard output, as text or as JSON; errors are values.
#pragma once
#include <functional>

#include "hotspot/config.h"

namespace earshot::hotspot {

// The devices of one driver and what each can do. `arguments` has driver=...
Result<std::string> describe_devices(const std::string& arguments, bool json);

struct Listening {
  bool json = false;
  double seconds = 0;                             // 0: until asked to stop.
  std::function<bool(UnixNanos until)> wait;      // False when asked to stop.
  std::function<void(const std::string&)> print;  // Lines, as they come.
};
// The spectrum once a second, and every LoRa frame in the region's channels: anybody's, SF 7 to 12,
// any sync word.
Result<void> listen(const Config& config, const Listening& how);

// Full scale from the noise of two seconds: the receiver terminated, or an antenna that hears no
// more than 290 K. What to write into [calibration].
Result<std::string> calibrate(const Config& config, double noise_figure_db, bool json);

// Of the daemon that runs with this configuration. Errc::unavailable when none does.
Result<std::string> fetch_status(const Config& config, bool json);

}  // namespace earshot::hotspot
