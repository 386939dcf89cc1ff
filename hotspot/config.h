// The daemon's configuration file (TOML): hotspot/hotspotd.example.toml shows every key with its
// default, its unit and why.
#pragma once
#include <string>
#include <vector>

#include "hotspot/settings.h"
#include "radio/soapy/radio.h"

namespace earshot::hotspot {

struct Config {
  std::string key_file;         // Seed of the hotspot's keys; `earshot-hotspotd key new` makes one.
  std::string state_directory;  // Outbox, ledgers and evidence.
  std::string verifier_url;     // http://host[:port][/prefix]
  std::int64_t timeout_seconds = 10;         // For one exchange with the verifier.
  std::int64_t audit_poll_seconds = 60;      // How often audit tasks are asked for.
  std::vector<std::string> other_verifiers;  // URLs; each gets the same messages.
  std::string recording;                     // Source of samples: a SigMF recording. Empty: none.
  // Or a device; `radio.device` is empty without one. Tunings are complete.
  radio::RadioConfig radio;
  std::optional<double> transmit_full_scale_dbm;  // Conducted power of |x| = 1 at `transmit.gain`.
  std::string status_address = "127.0.0.1:8490";  // /status and /metrics. Empty: not served.
  // Simulation only: the device's clock is everybody's, and the verifier's follows it.
  bool lockstep = false;
  bool moves_verifier_clock = false;
  Settings settings;
};

struct CheckedConfig {
  Config config;
  std::vector<std::string> problems;  // One line each, naming the key; empty: usable.
};
// Every problem at once. `name` stands in the lines for the file.
CheckedConfig check_config(const std::string& text, const std::string& name);
// Relations between the values that hold however they came; one line each.
std::vector<std::string> validate(const Config& config);

// Errc::unavailable when the file cannot be read.
Result<CheckedConfig> load_config(const std::string& path);

}  // namespace earshot::hotspot
