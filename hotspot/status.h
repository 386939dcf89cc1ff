// How a running daemon is, as JSON (/status, `earshot-hotspotd status`) and for Prometheus
// (/metrics).
#pragma once
#include <nlohmann/json.hpp>

#include "hotspot/live.h"

namespace earshot::hotspot {

struct StatusParts {
  const Hotspot& hotspot;
  const Settings& settings;
  const radio::Radio& radio;
  const Station& station;
  const Beaconer* beaconer;  // Nothing: a listener only.
  const LiveFacts& facts;
  UnixNanos now = 0;
};
nlohmann::json status_of(const StatusParts& parts);
// Every number of a status, by a name that says its unit.
std::string metrics_of(const nlohmann::json& status);
// For people: one fact a line.
std::string text_of(const nlohmann::json& status);

}  // namespace earshot::hotspot
