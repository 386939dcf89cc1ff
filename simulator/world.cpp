#include "simulator/world.h"

#include <cmath>
#include <filesystem>
#include <sstream>

#include "core/files.h"
#include "core/toml.h"
#include "simulator/files.h"
#include "simulator/keys.h"

namespace earshot::simulator {
namespace {

std::int32_t centi(double value) { return static_cast<std::int32_t>(std::lround(value * 100)); }

bool is_path(const std::string& policy) {
  return policy.find('/') != std::string::npos || policy.ends_with(".toml");
}

Result<std::string> policy_file(const std::string& policy, const std::string& directory) {
  if (is_path(policy)) return (std::filesystem::path(directory) / policy).string();
  return find_in_tree("rewards/policies/" + policy + ".toml");
}

// The policy's text with `overrides` in place of its values. A key that the policy does not have
// stays in, for the policy's own reader to refuse by name.
Result<std::string> with_overrides(
    const std::string& text, const std::string& file,
    const std::vector<std::pair<std::string, std::string>>& overrides) {
  try {
    toml::table policy = toml::parse(text, file);
    for (const auto& [key, value] : overrides) {
      const toml::table one = toml::parse("value = " + value);
      const std::size_t dot = key.find('.');
      toml::table* section = &policy;
      if (dot != std::string::npos) {
        section = policy.insert(key.substr(0, dot), toml::table{}).first->second.as_table();
      }
      if (section == nullptr) {
        return fail(Errc::configuration, file + ": " + key + ": found a value, expected a section");
      }
      section->insert_or_assign(key.substr(dot + 1), *one.get("value"));
    }
    std::ostringstream out;
    out << policy << '\n';
    return out.str();
  } catch (const toml::parse_error& error) {
    return fail(Errc::bad_data, file + ": line " + std::to_string(error.source().begin.line) +
                                    ": " + std::string(error.description()));
  }
}

}  // namespace

World::World(Scenario scenario, rewards::Policy policy, NetworkId network)
    : scenario_(std::move(scenario)),
      policy_(std::move(policy)),
      network_(network),
      epoch_(static_cast<std::uint64_t>(scenario_.start_day) * 1440 / policy_.epoch_rounds) {
  for (const HotspotPlan& plan : scenario_.hotspots) hotspots_.push_back(make(plan));
}

radio::RandomKey World::random_key(std::string_view use, std::string_view name) const {
  const ByteArray<32> digest = derive_seed(scenario_.seed, use, name);
  Reader reader(digest);
  const auto seed = reader.get<std::uint64_t>();
  return {seed, reader.get<std::uint64_t>()};
}

WorldHotspot World::make(const HotspotPlan& plan) const {
  const AirPlan& air = scenario_.air;
  WorldHotspot hotspot;
  hotspot.plan = plan;
  hotspot.identity = hotspot::identity_from_seed(derive_seed(scenario_.seed, "hotspot", plan.name));
  hotspot.owner = derive_account(scenario_.seed, "owner", plan.owner);
  hotspot.truth = to_ecef(plan.place);
  hotspot.asserted = to_ecef(plan.asserted);
  const radio::RandomKey errors = random_key("errors", plan.name);
  hotspot.clock_error =
      Picoseconds(std::llround(radio::gaussian(errors, 0) * air.clock_error_ns * 1000));
  hotspot.oscillator_ppm = (2 * radio::uniform(errors, 1) - 1) * air.oscillator_ppm;
  hotspot.calibration_error_db = radio::gaussian(errors, 2) * air.calibration_error_db;
  return hotspot;
}

Db World::link_loss(std::size_t a, std::size_t b) const {
  const WorldHotspot& one = hotspots_[std::min(a, b)];
  const WorldHotspot& other = hotspots_[std::max(a, b)];
  const double shadow =
      radio::gaussian(random_key("shadowing", one.plan.name + "|" + other.plan.name), 0);
  const Meters distance(static_cast<double>(distance_mm(one.truth, other.truth)) / 1000);
  return radio::path_loss(scenario_.air.path_loss, distance,
                          Hertz(static_cast<double>(scenario_.air.centre_hz)), shadow);
}

radio::RadioFrontEnd World::front_end(std::size_t receiver) const {
  const WorldHotspot& hotspot = hotspots_[receiver];
  radio::RadioFrontEnd radio;
  radio.rate_hz = scenario_.air.rate_hz;
  radio.centre_hz = static_cast<double>(scenario_.air.centre_hz);
  radio.clock_ppm = hotspot.oscillator_ppm;
  radio.noise_figure_db = hotspot.plan.noise_figure_db;
  radio.full_scale_dbm = scenario_.air.full_scale_dbm;
  radio.format = SampleFormat::ci8;
  radio.noise = random_key("noise", hotspot.plan.name);
  return radio;
}

hotspot::Settings World::settings(std::size_t index) const {
  const WorldHotspot& hotspot = hotspots_[index];
  const AirPlan& air = scenario_.air;
  hotspot::Settings settings;
  settings.network = network_;
  settings.owner = hotspot.owner.address;
  settings.region = scenario_.region;
  settings.antenna_gain_ddbi = static_cast<std::int16_t>(std::lround(hotspot.plan.gain_dbi * 10));
  settings.position = hotspot.asserted;
  settings.transmits = hotspot.plan.transmits;
  settings.clock = ClockClass::gnss;
  settings.clock_error_ps = static_cast<std::uint64_t>(std::llround(air.clock_bound_ns * 1000));
  settings.sortition = policy_.sortition;
  settings.calibration.full_scale_cdbm =
      centi(air.full_scale_dbm + hotspot.calibration_error_db + hotspot.plan.attack_db);
  // 1 sigma that a person may claim of a calibration this good, rounded up.
  settings.calibration.sigma_cdb = centi(std::max(0.1, 1.5 * air.calibration_error_db));
  settings.calibration.provenance = Provenance::signal_generator;
  settings.calibration.gain_settings = 1;
  return settings;
}

Result<rewards::Policy> policy_of(const Scenario& scenario, const std::string& directory) {
  const Result<std::string> file = policy_file(scenario.policy, directory);
  if (!file) return fail(file.error());
  const Result<std::string> text = read_file(*file);
  if (!text) return fail(text.error());
  const Result<std::string> replaced = with_overrides(*text, *file, scenario.policy_overrides);
  if (!replaced) return fail(replaced.error());
  return rewards::parse_policy(*replaced, *file);
}

}  // namespace earshot::simulator
