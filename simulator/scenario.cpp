#include "simulator/scenario.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/time.h"
#include "simulator/toml_table.h"

namespace earshot::simulator {
namespace {

constexpr std::array<std::pair<Attack, std::string_view>, 5> kAttackNames = {{
    {Attack::none, "none"},
    {Attack::position, "position"},
    {Attack::rssi, "rssi"},
    {Attack::replay, "replay"},
    {Attack::evidence, "evidence"},
}};

bool is_slug(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string slug(TomlTable& table, const std::string& key) {
  std::string text = table.text(key);
  if (table.has(key) && !is_slug(text))
    table.problem(key, '"' + text + '"', "lower-case letters, digits and '-'");
  return text;
}

Geodetic read_place(const toml::table& source, const std::string& where, Problems& problems) {
  TomlTable table(source, where, problems);
  Geodetic place;
  place.latitude_deg = table.number("latitude", -90, 90);
  place.longitude_deg = table.number("longitude", -180, 180);
  place.height_m = table.number("height", -500, 9000);
  table.refuse_unknown();
  return place;
}

Attack read_attack(TomlTable& table) {
  const std::string name = table.text("attack", "none");
  std::string allowed;
  for (const auto& [attack, known] : kAttackNames) {
    if (known == name) return attack;
    allowed += (allowed.empty() ? "" : ", ") + std::string(known);
  }
  table.problem("attack", '"' + name + '"', allowed);
  return Attack::none;
}

HotspotPlan read_hotspot(const toml::table& source, const std::string& where, Problems& problems) {
  TomlTable table(source, where, problems);
  HotspotPlan plan;
  plan.name = slug(table, "name");
  TomlTable named(source, where + "." + plan.name, problems);
  plan.owner = slug(table, "owner");
  if (const toml::table* place = table.table("place", true)) {
    plan.place = read_place(*place, where + "." + plan.name + ".place", problems);
  }
  plan.gain_dbi = table.number("gain_dbi", -10, 30, plan.gain_dbi);
  plan.noise_figure_db = table.number("noise_figure_db", 0, 30, plan.noise_figure_db);
  plan.transmits = table.boolean("transmits", plan.transmits);
  plan.attack = read_attack(table);
  plan.asserted = plan.place;
  if (const toml::table* place = table.table("asserted", plan.attack == Attack::position)) {
    plan.asserted = read_place(*place, where + "." + plan.name + ".asserted", problems);
    if (plan.attack != Attack::position) {
      named.problem("asserted", "a place", "only with attack = \"position\"");
    }
  }
  if (plan.attack == Attack::rssi) plan.attack_db = table.number("attack_db", 0, 100);
  if (plan.attack == Attack::replay && !plan.transmits) {
    named.problem("attack", "\"replay\" of a hotspot that does not transmit", "transmits = true");
  }
  table.refuse_unknown();
  return plan;
}

AirPlan read_air(const toml::table& source, const std::string& where, Problems& problems) {
  TomlTable table(source, where, problems);
  AirPlan air;
  const std::string model = table.text("path_loss", "log-distance");
  if (model != "log-distance" && model != "free-space") {
    table.problem("path_loss", '"' + model + '"', "log-distance, free-space");
  }
  air.path_loss.model =
      model == "free-space" ? radio::PathLossModel::free_space : radio::PathLossModel::log_distance;
  air.path_loss.exponent = table.number("exponent", 2, 6, air.path_loss.exponent);
  air.path_loss.reference_m = table.number("reference_m", 1, 10'000, air.path_loss.reference_m);
  air.path_loss.shadowing_db = table.number("shadowing_db", 0, 20, air.path_loss.shadowing_db);
  air.clock_error_ns = table.number("clock_error_ns", 0, 1e6, air.clock_error_ns);
  air.clock_bound_ns = table.number("clock_bound_ns", 1, 1e9, air.clock_bound_ns);
  air.oscillator_ppm = table.number("oscillator_ppm", 0, 20, air.oscillator_ppm);
  air.full_scale_dbm = table.number("full_scale_dbm", -120, 30, air.full_scale_dbm);
  air.calibration_error_db = table.number("calibration_error_db", 0, 10, air.calibration_error_db);
  air.rate_hz =
      static_cast<std::uint32_t>(table.integer("rate_hz", 250'000, 20'000'000, air.rate_hz));
  air.centre_hz = static_cast<std::uint64_t>(table.integer(
      "centre_hz", 1'000'000, 6'000'000'000, static_cast<std::int64_t>(air.centre_hz)));
  table.refuse_unknown();
  return air;
}

std::int64_t read_start_day(TomlTable& table) {
  const std::string text = table.text("start");
  constexpr std::int64_t day_seconds = 86'400;
  const Result<Instant> midnight = from_iso8601(text + "T00:00:00Z");
  if (!midnight || midnight->seconds < 0) {
    table.problem("start", '"' + text + '"', "a day as YYYY-MM-DD from 1970 on");
    return 0;
  }
  return midnight->seconds / day_seconds;
}

void check_channels(TomlTable& table, const Scenario& scenario) {
  const double half = scenario.air.rate_hz / 2.0;
  for (const std::uint64_t channel : find_region(scenario.region)->channels_hz) {
    const double offset =
        static_cast<double>(channel) - static_cast<double>(scenario.air.centre_hz);
    if (std::abs(offset) + 125e3 > half) {
      table.problem("air.rate_hz",
                    std::to_string(scenario.air.rate_hz) + " at " +
                        std::to_string(scenario.air.centre_hz) + " Hz",
                    "a band that holds every channel of the region (" + std::to_string(channel) +
                        " Hz is outside)");
    }
  }
}

void read_overrides(TomlTable& table, Scenario& scenario) {
  const toml::table* overrides = table.table("policy_overrides", false);
  if (overrides == nullptr) return;
  for (const auto& [section, keys] : *overrides) {
    if (!keys.is_table()) {
      scenario.policy_overrides.emplace_back(std::string(section.str()), toml_text(keys));
      continue;
    }
    for (const auto& [key, node] : *keys.as_table()) {
      scenario.policy_overrides.emplace_back(
          std::string(section.str()) + '.' + std::string(key.str()), toml_text(node));
    }
  }
}

void check_names(TomlTable& table, const Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.hotspots.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (scenario.hotspots[i].name == scenario.hotspots[j].name) {
        table.problem("hotspot", "two hotspots named " + scenario.hotspots[i].name, "unique names");
      }
    }
  }
  if (scenario.hotspots.size() < 2) {
    table.problem("hotspot", std::to_string(scenario.hotspots.size()) + " hotspots", "2 or more");
  }
}

Scenario read_scenario(const toml::table& source, const std::string& file, Problems& problems) {
  TomlTable table(source, file, problems);
  Scenario scenario;
  scenario.name = slug(table, "name");
  scenario.title = table.text("title", "");
  scenario.seed = static_cast<std::uint64_t>(
      table.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
  scenario.start_day = read_start_day(table);
  scenario.policy = table.text("policy", "earshot-1");
  read_overrides(table, scenario);
  const std::string region = table.text("region", "EU868");
  if (const Region* found = find_region(region)) {
    scenario.region = found->id;
  } else {
    table.problem("region", '"' + region + '"', "EU868, IN865, US915");
  }
  if (const toml::table* air = table.table("air", false)) {
    scenario.air = read_air(*air, file + ": air", problems);
  }
  for (const toml::table* hotspot : table.tables("hotspot")) {
    scenario.hotspots.push_back(read_hotspot(*hotspot, file + ": hotspot", problems));
  }
  check_channels(table, scenario);
  check_names(table, scenario);
  table.refuse_unknown();
  return scenario;
}

}  // namespace

std::string_view attack_name(Attack attack) {
  return kAttackNames[static_cast<std::size_t>(attack)].second;
}

Result<Scenario> parse_scenario(const std::string& toml_text, const std::string& file_name) {
  toml::table source;
  try {
    source = toml::parse(toml_text, file_name);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return fail(Errc::bad_data, file_name + ": line " + std::to_string(at.line) + ", column " +
                                    std::to_string(at.column) + ": " +
                                    std::string(error.description()));
  }
  Problems problems;
  Scenario scenario = read_scenario(source, file_name, problems);
  if (problems.empty()) return scenario;
  std::string detail;
  for (const std::string& problem : problems) detail += (detail.empty() ? "" : "; ") + problem;
  return fail(Errc::bad_data, detail);
}

}  // namespace earshot::simulator
