// A world as a file: who stands where, who lies and how, and what the air between them is like.
//
// Scenarios are TOML (simulator/scenarios/*.toml; village.toml is the commented example). A seed
// and a scenario give one epoch, reproducible to the byte.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/position.h"
#include "core/region.h"
#include "core/result.h"
#include "radio/channel/propagation.h"

namespace earshot::simulator {

// What a hotspot does against the rules. A new one costs a file in simulator/attacks and a line in
// its table (simulator/attacks/attack.h).
enum class Attack : std::uint8_t {
  none,
  position,  // Onboards with `asserted` instead of where it stands.
  rssi,      // Claims `attack_db` more signal than it had, by a false calibration.
  replay,    // Sends its first beacon's frame again in its second window and reports it as new.
  evidence,  // Commits to the samples of another beacon than the one it reports.
};
std::string_view attack_name(Attack attack);

struct HotspotPlan {
  std::string name;   // Unique; [a-z0-9-], because it names files and derives the keys.
  std::string owner;  // Derives the owner's EVM key.
  Geodetic place;     // Where the antenna truly is.
  Geodetic asserted;  // What it onboards with: `place` unless it lies.
  double gain_dbi = 0;
  double noise_figure_db = 6;
  bool transmits = true;
  Attack attack = Attack::none;
  double attack_db = 0;  // For Attack::rssi.
};

struct AirPlan {
  radio::PathLoss path_loss;
  double clock_error_ns = 100;   // 1 sigma of a hotspot's clock, constant over the epoch.
  double clock_bound_ns = 1000;  // What every hotspot claims; honest when well above the error.
  double oscillator_ppm = 2;     // Largest offset; uniform within it, per hotspot.
  double full_scale_dbm = -55;   // Receivers' power at |x| = 1.
  double calibration_error_db = 0.3;  // 1 sigma of what a receiver believes of its full scale.
  std::uint32_t rate_hz = 1'000'000;
  std::uint64_t centre_hz = 868'300'000;
};

struct Scenario {
  std::string name;
  std::string title;  // One line for `earshot sim list`.
  std::uint64_t seed = 0;
  std::int64_t start_day = 0;  // Days since 1970-01-01, UTC: the epoch opens at its midnight.
  std::string policy;          // A name or a path, see policy_of.
  // Policy keys that this world replaces, as TOML text of their values, in the file's order.
  std::vector<std::pair<std::string, std::string>> policy_overrides;
  RegionId region = RegionId::eu868;
  AirPlan air;
  std::vector<HotspotPlan> hotspots;  // In the file's order.
};

// Errc::bad_data with every problem found, one a line, each naming file, key, what was found and
// what is allowed; unknown keys are refused.
Result<Scenario> parse_scenario(const std::string& toml_text, const std::string& file_name);

}  // namespace earshot::simulator
