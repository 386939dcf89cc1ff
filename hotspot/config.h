// The daemon's configuration file (TOML): hotspot/hotspotd.example.toml shows every key with its
// default, its unit and why.
#pragma once
#include <string>
#include <vector>

#include "hotspot/settings.h"

namespace earshot::hotspot {

struct Config {
  std::string key_file;         // Seed of the hotspot's keys; `earshot-hotspotd key new` makes one.
  std::string state_directory;  // Outbox, ledgers and evidence.
  std::string verifier_url;     // http://host[:port][/prefix]
  std::int64_t timeout_seconds = 10;     // For one exchange with the verifier.
  std::int64_t audit_poll_seconds = 60;  // How often audit tasks are asked for.
  std::string recording;                 // Source of samples: a SigMF recording. Empty: none.
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
