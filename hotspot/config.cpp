#include "hotspot/config.h"

#include <cmath>
#include <sstream>

#include "core/files.h"
#include "hotspot/key_reader.h"
#include "hotspot/url.h"

namespace earshot::hotspot {
namespace {

template <class T, class V>
void assign(T& target, const std::optional<V>& value) {
  if (value) target = static_cast<T>(*value);
}

std::int64_t rounded(double value) { return std::llround(value); }

void read_place(KeyReader& keys, Settings& settings) {
  const auto latitude = keys.number("hotspot.latitude_deg", -90, 90, false);
  const auto longitude = keys.number("hotspot.longitude_deg", -180, 180, false);
  const auto height = keys.number("hotspot.height_m", -500, 9000, false);
  if (latitude && longitude && height) {
    settings.position = to_ecef({*latitude, *longitude, *height});
  } else if (latitude || longitude || height) {
    keys.problem("hotspot", "a position is latitude_deg, longitude_deg and height_m together");
  }
}

void read_hotspot(KeyReader& keys, Config& config) {
  Settings& settings = config.settings;
  assign(config.key_file, keys.text("hotspot.key_file", true));
  assign(config.state_directory, keys.text("hotspot.state_directory", true));
  if (const auto owner = keys.text("hotspot.owner", false)) {
    const Result<EvmAddress> address = array_from_hex<20>(*owner);
    if (address) settings.owner = *address;
    if (!address) keys.problem("hotspot.owner", address.error().detail);
  }
  std::map<std::string, RegionId> names;
  for (const Region& region : regions()) names[std::string(region.name)] = region.id;
  settings.region = keys.choice("hotspot.region", names, true);
  if (const auto gain = keys.number("hotspot.antenna_gain_dbi", -20, 30, false)) {
    settings.antenna_gain_ddbi = static_cast<std::int16_t>(rounded(*gain * 10));
  }
  read_place(keys, settings);
  assign(settings.transmits, keys.flag("hotspot.transmit"));
  assign(settings.clock, keys.choice<ClockClass>("hotspot.clock",
                                                 {{"none", ClockClass::none},
                                                  {"network", ClockClass::network},
                                                  {"gnss", ClockClass::gnss}},
                                                 false));
  if (const auto error = keys.number("hotspot.clock_error_ns", 1, 60e9, false)) {
    settings.clock_error_ps = static_cast<std::uint64_t>(rounded(*error * 1000));
  }
}

void read_verifier(KeyReader& keys, Config& config) {
  assign(config.verifier_url, keys.text("verifier.url", true));
  assign(config.settings.network, keys.whole("verifier.network", 1, INT64_MAX, true));
  assign(config.timeout_seconds, keys.whole("verifier.timeout_s", 1, 300, false));
  assign(config.audit_poll_seconds, keys.whole("verifier.audit_poll_s", 1, 3600, false));
  config.settings.delivery.spread_seconds =
      keys.whole("verifier.spread_s", 0, 600, false).value_or(20);
  // Half of the hour in which bodies are due is left for what goes wrong.
  config.settings.delivery.body_wait_seconds =
      keys.whole("verifier.body_wait_s", 0, 3000, false).value_or(1800);
  config.other_verifiers = keys.texts("verifier.also");
}

// The middle of what the region's channels span.
double middle_of(const std::optional<RegionId>& id) {
  const Region* region = id ? find_region(*id) : nullptr;
  if (region == nullptr) return 0;
  return (static_cast<double>(region->channels_hz.front()) +
          static_cast<double>(region->channels_hz.back())) /
         2;
}

void read_source(KeyReader& keys, Config& config) {
  radio::RadioConfig& radio = config.radio;
  assign(config.recording, keys.text("source.recording", false));
  assign(radio.device, keys.text("source.device", false));
  radio.receive.rate_hz = keys.number("source.rate_hz", 125e3, 61.44e6, false).value_or(1e6);
  radio.receive.centre_hz =
      keys.number("source.centre_hz", 1e6, 1e10, false).value_or(middle_of(config.settings.region));
  radio.receive.bandwidth_hz = keys.number("source.bandwidth_hz", 0, 61.44e6, false).value_or(0);
  assign(radio.receive.antenna, keys.text("source.antenna", false));
  radio.receive.gains = keys.decibels("source.gain");
  assign(radio.clock_source, keys.text("source.clock_source", false));
  assign(radio.time_source, keys.text("source.time_source", false));
  const std::map<std::string, bool> times = {{"ticks", false}, {"utc", true}};
  assign(radio.device_time_is_utc, keys.choice<bool>("source.device_time", times, false));
}

void read_transmit(KeyReader& keys, Config& config) {
  radio::RadioConfig& radio = config.radio;
  radio.transmits = config.settings.transmits;
  radio.transmit.rate_hz =
      keys.number("transmit.rate_hz", 125e3, 61.44e6, false).value_or(radio.receive.rate_hz);
  assign(radio.transmit.antenna, keys.text("transmit.antenna", false));
  radio.transmit.gains = keys.decibels("transmit.gain");
  config.transmit_full_scale_dbm = keys.number("transmit.full_scale_dbm", -60, 60, false);
  if (const auto us = keys.number("transmit.latency_us", -1e6, 1e6, false)) {
    radio.untimed_latency_ns = rounded(*us * 1000);
  }
  if (const auto us = keys.number("transmit.latency_error_us", 1, 1e6, false)) {
    radio.untimed_error_ns = rounded(*us * 1000);
  }
}

void read_rest(KeyReader& keys, Config& config) {
  if (const toml::node* address = keys.node("status.listen", false)) {
    const auto text = address->value_exact<std::string>();
    if (!text) keys.problem("status.listen", "not a string");
    config.status_address = text.value_or("");
  }
  assign(config.lockstep, keys.flag("simulation.lockstep"));
  assign(config.moves_verifier_clock, keys.flag("simulation.moves_verifier_clock"));
  // Others may be slow, not absent: their slowness is no silence of the device.
  if (config.lockstep) config.radio.read_timeout_us = 30'000'000;
}

void read_radio(KeyReader& keys, Settings& settings) {
  radio::Calibration& calibration = settings.calibration;
  settings.noise_figure_db = keys.number("calibration.noise_figure_db", 0, 40, false);
  const bool measures_itself = settings.noise_figure_db.has_value();
  if (const auto scale = keys.number("calibration.full_scale_dbm", -200, 60, !measures_itself)) {
    calibration.full_scale_cdbm = static_cast<std::int32_t>(rounded(*scale * 100));
  }
  if (const auto sigma = keys.number("calibration.sigma_db", 0, 50, false)) {
    calibration.sigma_cdb = static_cast<std::int32_t>(rounded(*sigma * 100));
  }
  assign(calibration.provenance,
         keys.choice<Provenance>("calibration.provenance",
                                 {{"nominal", Provenance::nominal},
                                  {"thermal_noise", Provenance::thermal_noise},
                                  {"signal_generator", Provenance::signal_generator}},
                                 false));
  assign(calibration.gain_settings, keys.whole("calibration.gain_settings", 0, UINT32_MAX, false));
  assign(settings.evidence.max_bytes, keys.whole("evidence.max_bytes", 16 << 20, INT64_MAX, false));
  if (const auto hours = keys.whole("evidence.max_age_h", 24, 8760, false)) {
    settings.evidence.max_age_seconds = *hours * 3600;
  }
  assign(settings.sortition.window_rounds, keys.whole("sortition.window_rounds", 1, 1440, false));
  assign(settings.sortition.min_spreading_factor,
         keys.whole("sortition.min_spreading_factor", 7, 12, false));
  assign(settings.sortition.max_spreading_factor,
         keys.whole("sortition.max_spreading_factor", 7, 12, false));
}

std::string parse_problem(const toml::parse_error& error, const std::string& name) {
  std::ostringstream line;
  line << name << ": line " << error.source().begin.line << ": " << error.description();
  return one_line(line.str());
}

}  // namespace

CheckedConfig check_config(const std::string& text, const std::string& name) {
  CheckedConfig checked;
  toml::table file;
  try {
    file = toml::parse(text);
  } catch (const toml::parse_error& error) {  // The library's only way to say so.
    checked.problems.push_back(parse_problem(error, name));
    return checked;
  }
  KeyReader keys(file, name, checked.problems);
  read_hotspot(keys, checked.config);
  read_verifier(keys, checked.config);
  read_radio(keys, checked.config.settings);
  read_source(keys, checked.config);
  read_transmit(keys, checked.config);
  read_rest(keys, checked.config);
  keys.report_unknown();
  if (!checked.problems.empty()) return checked;
  for (const std::string& problem : validate(checked.config)) {
    checked.problems.push_back(std::string(name).append(": ").append(problem));
  }
  return checked;
}

namespace {

std::vector<std::string> transmit_problems(const Config& config) {
  std::vector<std::string> problems;
  const Settings& settings = config.settings;
  if (settings.transmits && !settings.antenna_gain_ddbi) {
    problems.push_back("hotspot.antenna_gain_dbi: missing; transmit = true needs it");
  }
  if (settings.transmits && !settings.position) {
    problems.push_back(
        "hotspot.latitude_deg, longitude_deg, height_m: missing; transmit = true "
        "needs a position");
  }
  const Region* region = settings.region ? find_region(*settings.region) : nullptr;
  if (!settings.transmits || region == nullptr || !settings.antenna_gain_ddbi) return problems;
  if (config.radio.device.empty()) {
    problems.push_back("hotspot.transmit: true, but source.device names no device to do it");
  }
  const double needed = (region->max_eirp_cdbm - 10 * *settings.antenna_gain_ddbi) / 100.0;
  std::ostringstream line;
  line << "transmit.full_scale_dbm: ";
  if (config.transmit_full_scale_dbm) line << "found " << *config.transmit_full_scale_dbm;
  if (!config.transmit_full_scale_dbm) line << "missing";
  line << ", allowed from " << needed << " (the region's EIRP minus the antenna's gain)";
  if (!config.transmit_full_scale_dbm || *config.transmit_full_scale_dbm < needed) {
    problems.push_back(line.str());
  }
  return problems;
}

}  // namespace

std::vector<std::string> validate(const Config& config) {
  std::vector<std::string> problems;
  const Settings& settings = config.settings;
  if (const Result<Url> url = parse_url(config.verifier_url); !url) {
    problems.push_back("verifier.url: " + one_line(url.error().detail));
  }
  for (const std::string& other : config.other_verifiers) {
    const Result<Url> url = parse_url(other);
    if (!url) problems.push_back("verifier.also: " + one_line(url.error().detail));
  }
  if (!config.recording.empty() && !config.radio.device.empty()) {
    problems.push_back("source: recording and device: one or the other");
  }
  for (std::string& problem : transmit_problems(config)) problems.push_back(std::move(problem));
  if (config.lockstep && !config.radio.device_time_is_utc) {
    problems.push_back("simulation.lockstep: needs source.device_time = \"utc\"");
  }
  if (settings.sortition.min_spreading_factor > settings.sortition.max_spreading_factor) {
    problems.push_back("sortition: min_spreading_factor is above max_spreading_factor");
  }
  return problems;
}

Result<CheckedConfig> load_config(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  return check_config(*text, path);
}

}  // namespace earshot::hotspot
