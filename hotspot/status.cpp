#include "hotspot/status.h"

#include <sstream>

#include "hotspot/hotspot_name.h"

namespace earshot::hotspot {
namespace {

using Json = nlohmann::json;

Json beacon_of(const StatusParts& parts) {
  if (parts.beaconer == nullptr) return nullptr;
  const BeaconCounts& counts = parts.beaconer->counts();
  Json beacon = {{"sent", counts.sent}, {"silent", counts.silent}, {"missed", counts.missed}};
  const std::optional<BeaconPlan>& next = parts.beaconer->next_beacon();
  beacon["next"] = next ? Json(to_iso8601(next->start)) : Json(nullptr);
  return beacon;
}

Json duty_of(const StatusParts& parts) {
  const Region* region = parts.settings.region ? find_region(*parts.settings.region) : nullptr;
  if (region == nullptr) return nullptr;
  const auto used = static_cast<double>(parts.hotspot.duty().used_nanos(parts.now));
  return {{"region", std::string(region->name)},
          {"used_s_last_hour", used / 1e9},
          {"allowed_s_an_hour", 3600.0 * region->duty_cycle_ppm / 1e6}};
}

struct Metric {
  const char* pointer;  // Into the status.
  const char* name;
  const char* kind;
  const char* help;
};
constexpr Metric kMetrics[] = {
    {"/radio/samples", "samples_total", "counter", "Samples received"},
    {"/radio/overflows", "overflows_total", "counter", "Times that samples were lost"},
    {"/radio/lost_s", "lost_seconds_total", "counter", "Time lost to overflows"},
    {"/radio/dropped", "dropped_samples_total", "counter", "Samples dropped by a slow receiver"},
    {"/radio/clipped", "clipped_samples_total", "counter", "Samples at the end of the range"},
    {"/radio/timeouts", "timeouts_total", "counter", "Reads without samples"},
    {"/radio/restarts", "restarts_total", "counter", "Streams activated anew"},
    {"/radio/reopenings", "reopenings_total", "counter", "Devices opened anew"},
    {"/radio/hears", "hears", "gauge", "1 while samples come"},
    {"/radio/noise_dbfs", "noise_dbfs", "gauge", "Noise, dB below full scale"},
    {"/radio/full_scale_dbm", "full_scale_dbm", "gauge", "Power that fills the range, dBm"},
    {"/clock/error_s", "clock_error_seconds", "gauge", "Bound on the error of signed times"},
    {"/clock/drift_ppm", "clock_drift_ppm", "gauge", "Host's clock against the device's"},
    {"/clock/jumps", "clock_jumps_total", "counter", "Times that the host's clock was set"},
    {"/frames/found", "frames_total", "counter", "Frames found, of anybody"},
    {"/frames/not_beacons", "other_frames_total", "counter", "Frames that are no beacon"},
    {"/frames/unconfirmed", "unconfirmed_total", "counter", "Beacons without usable samples"},
    {"/frames/reports", "reports_total", "counter", "Beacons reported"},
    {"/frames/repeated", "repeated_total", "counter", "Beacons heard before"},
    {"/frames/over_limit", "over_limit_total", "counter", "Beacons beyond a round's limit"},
    {"/beacon/sent", "beacons_total", "counter", "Beacons sent"},
    {"/beacon/silent", "silences_total", "counter", "Silence notices signed"},
    {"/beacon/missed", "beacons_missed_total", "counter", "Beacons that could not be sent"},
    {"/delivery/headers", "headers_total", "counter", "Headers acknowledged"},
    {"/delivery/bodies", "bodies_total", "counter", "Bodies acknowledged"},
    {"/delivery/evidence", "evidence_total", "counter", "Snippets taken by an audit"},
    {"/delivery/refused", "refused_total", "counter", "Batches and snippets refused"},
    {"/delivery/undelivered", "undelivered", "gauge", "Messages on their way"},
    {"/delivery/verifier_answers", "verifier_answers", "gauge", "1 when the last exchange worked"},
    {"/evidence_bytes", "evidence_bytes", "gauge", "Bytes of snippets kept"},
    {"/duty/used_s_last_hour", "air_seconds_last_hour", "gauge", "Time on the air"},
};

}  // namespace

Json status_of(const StatusParts& parts) {
  const radio::RadioCounters& radio = parts.radio.counters();
  const StationCounts& counts = parts.station.counts();
  const LiveFacts& facts = parts.facts;
  const auto error_ps = parts.settings.clock_error_ps + facts.time_error_ps;
  Json status;
  status["hotspot"] = to_hex(parts.hotspot.key());
  status["name"] = name_of(parts.hotspot.key());
  status["time"] = to_iso8601({parts.now / kNanosPerSecond, 0}, 0);
  status["radio"] = {{"driver", parts.radio.facts().driver},
                     {"hears", facts.hears},
                     {"samples", radio.samples.load()},
                     {"overflows", radio.overflows.load()},
                     {"lost_s", static_cast<double>(radio.lost_ns.load()) / 1e9},
                     {"dropped", facts.dropped},
                     {"clipped", facts.clipped},
                     {"timeouts", radio.timeouts.load()},
                     {"restarts", radio.restarts.load()},
                     {"reopenings", radio.reopenings.load()},
                     {"noise_dbfs", facts.noise_dbfs},
                     {"full_scale_dbm", facts.full_scale_dbm}};
  status["clock"] = {{"error_s", static_cast<double>(error_ps) / 1e12},
                     {"drift_ppm", facts.drift_ppm},
                     {"jumps", radio.clock_jumps.load()}};
  status["frames"] = {{"found", counts.frames},
                      {"not_beacons", counts.not_beacons},
                      {"unconfirmed", counts.unconfirmed},
                      {"reports", counts.reports},
                      {"repeated", counts.repeated},
                      {"over_limit", counts.over_limit}};
  status["beacon"] = beacon_of(parts);
  status["duty"] = duty_of(parts);
  status["delivery"] = {{"headers", counts.headers},
                        {"bodies", counts.bodies},
                        {"evidence", counts.evidence},
                        {"refused", counts.refused},
                        {"undelivered", parts.hotspot.undelivered()},
                        {"verifier_answers", counts.verifier_answers}};
  status["evidence_bytes"] = parts.hotspot.evidence_bytes();
  return status;
}

std::string metrics_of(const Json& status) {
  std::ostringstream out;
  for (const Metric& metric : kMetrics) {
    const Json::json_pointer pointer(metric.pointer);
    if (!status.contains(pointer)) continue;
    const Json& value = status.at(pointer);
    const std::string name = std::string("earshot_hotspot_") + metric.name;
    out << "# HELP " << name << " " << metric.help << "\n# TYPE " << name << " " << metric.kind
        << "\n"
        << name << " ";
    if (value.is_boolean()) {
      out << (value.get<bool>() ? 1 : 0) << "\n";
    } else {
      out << value.dump() << "\n";
    }
  }
  return out.str();
}

std::string text_of(const Json& status) {
  std::ostringstream out;
  const Json flat = status.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    std::string name = pointer.substr(1);
    for (char& c : name) {
      if (c == '/' || c == '_') c = ' ';
    }
    out << name << std::string(name.size() < 28 ? 28 - name.size() : 1, ' ')
        << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
  }
  return out.str();
}

}  // namespace earshot::hotspot
