// Who is where and who heard whom, as GeoJSON. For maps: nothing here decides anything.
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/sortition.h"
#include "verifier/publication.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

// Longitude first (RFC 7946); 10^-6 degree is a hand's breadth.
Json place_of(const Ecef& position) {
  const Geodetic place = to_geodetic(position);
  const auto rounded = [](double degrees) { return std::round(degrees * 1e6) / 1e6; };
  return Json::array({rounded(place.longitude_deg), rounded(place.latitude_deg)});
}

Json point_of(const Onboarding& onboarding, const Json& tier) {
  return {{"type", "Feature"},
          {"geometry", {{"type", "Point"}, {"coordinates", place_of(onboarding.position)}}},
          {"properties",
           {{"kind", "hotspot"},
            {"hotspot", to_hex(onboarding.hotspot)},
            {"owner", address(onboarding.owner)},
            {"transmits", onboarding.transmits},
            {"tier", tier}}}};
}

Json collection_of(Json features) {
  return {{"type", "FeatureCollection"}, {"features", std::move(features)}};
}

using Places = std::map<PublicKey, Onboarding>;

// The registered hotspots, with the onboarding of the highest sequence that was accepted.
Places places_of(const EpochRecord& record, const EpochOutcome& outcome) {
  std::set<Hash256> accepted;
  for (const Verdict& verdict : outcome.verdicts) {
    if (verdict.decision == Decision::accepted) accepted.insert(verdict.message);
  }
  Places places;
  for (const LoggedMessage& logged : record.onboardings) {
    if (!accepted.contains(message_id(record.network, logged.message))) continue;
    const auto& onboarding = std::get<Onboarding>(logged.message);
    places[onboarding.hotspot] = onboarding;
  }
  return places;
}

// Whose beacon a tag is of: only the VRF proof says, so it is opened here once more.
std::map<std::pair<Round, Tag>, PublicKey> beaconers_of(const EpochRecord& record,
                                                        const Places& places) {
  std::map<std::pair<Round, Tag>, PublicKey> beaconers;
  for (const LoggedMessage& logged : record.messages) {
    const auto* beacon = std::get_if<BeaconReport>(&logged.message);
    if (beacon == nullptr) continue;
    const auto place = places.find(beacon->hotspot);
    const std::optional<Entropy> entropy = entropy_of(record, beacon->round);
    if (place == places.end() || !entropy) continue;
    const std::optional<VrfOutput> output =
        vrf_verify(place->second.vrf_key, *entropy, beacon->proof);
    if (output) beaconers[{beacon->round, beacon_secret(*output).tag}] = beacon->hotspot;
  }
  return beaconers;
}

Json line_of(const WitnessReport& report, const Onboarding& from, const Onboarding& to,
             const Verdict& verdict) {
  return {{"type", "Feature"},
          {"geometry",
           {{"type", "LineString"},
            {"coordinates", Json::array({place_of(from.position), place_of(to.position)})}}},
          {"properties",
           {{"kind", "link"},
            {"report", to_hex(verdict.message)},
            {"round", number(report.round)},
            {"beaconer", to_hex(from.hotspot)},
            {"witness", to_hex(to.hotspot)},
            {"rssi_dbm", report.rssi_cdbm / 100.0},
            {"snr_db", report.snr_cdb / 100.0},
            {"spreading_factor", report.spreading_factor},
            {"verdict", std::string(decision_name(verdict.decision))},
            {"reason", verdict.reason}}}};
}

}  // namespace

Json coverage_of(const EpochRecord& record, const EpochOutcome& outcome) {
  const Places places = places_of(record, outcome);
  Json features = Json::array();
  for (const rewards::Standing& standing : outcome.standings) {
    const auto place = places.find(standing.hotspot);
    if (place == places.end()) continue;
    features.push_back(point_of(place->second, std::string(rewards::tier_name(standing.tier))));
  }
  const auto beaconers = beaconers_of(record, places);
  // Verdicts are in the record's order: onboardings first, then messages.
  for (std::size_t i = 0; i < record.messages.size(); ++i) {
    const auto* report = std::get_if<WitnessReport>(&record.messages[i].message);
    if (report == nullptr) continue;
    const auto beaconer = beaconers.find({report->round, report->tag});
    const auto to = places.find(report->hotspot);
    if (beaconer == beaconers.end() || to == places.end()) continue;
    features.push_back(line_of(*report, places.at(beaconer->second), to->second,
                               outcome.verdicts[record.onboardings.size() + i]));
  }
  return collection_of(std::move(features));
}

Json coverage_of(const std::vector<StoredMessage>& onboardings) {
  Places places;
  for (const StoredMessage& stored : onboardings) {
    const auto& onboarding = std::get<Onboarding>(stored.message);
    places[onboarding.hotspot] = onboarding;
  }
  Json features = Json::array();
  for (const auto& [key, onboarding] : places) features.push_back(point_of(onboarding, nullptr));
  return collection_of(std::move(features));
}

}  // namespace earshot::verifier
