// The epoch as data: `earshot sim run --json FILE`.
#include <nlohmann/json.hpp>

#include "simulator/report.h"

namespace earshot::simulator {
namespace {

using Json = nlohmann::json;

std::string hex(ByteView bytes) { return "0x" + to_hex(bytes); }

Json place_of(const Geodetic& place) {
  return {{"latitude", place.latitude_deg},
          {"longitude", place.longitude_deg},
          {"height", place.height_m}};
}

Json rejections_of(const std::vector<Rejections>& all) {
  Json out = Json::array();
  for (const Rejections& one : all) {
    out.push_back({{"reason", one.reason}, {"rule", one.rule}, {"count", one.count}});
  }
  return out;
}

Json json_of(const ReportedHotspot& hotspot) {
  return {{"name", hotspot.name},
          {"key", hotspot.key},
          {"owner", hotspot.owner},
          {"owner_address", hotspot.owner_address},
          {"place", place_of(hotspot.place)},
          {"asserted", place_of(hotspot.asserted)},
          {"transmits", hotspot.transmits},
          {"attack", std::string(attack_name(hotspot.attack))},
          {"caught_by", hotspot.is_cheat() ? rejections_of(hotspot.caught_by) : Json::array()},
          {"tier", std::string(rewards::tier_name(hotspot.tier))},
          {"beacons", hotspot.beacons},
          {"beacons_accepted", hotspot.beacons_accepted},
          {"reports", hotspot.reports},
          {"reports_accepted", hotspot.reports_accepted},
          {"amount", decimal(hotspot.amount)}};
}

Json json_of(const ReportedBeacon& beacon, const EpochReport& report) {
  Json heard = Json::array();
  for (const Heard& one : beacon.heard) {
    heard.push_back({{"hotspot", report.hotspots[one.witness].name},
                     {"snr_db", one.snr_cdb / 100.0},
                     {"rssi_dbm", one.rssi_cdbm / 100.0},
                     {"accepted", one.accepted},
                     {"reason", one.reason}});
  }
  return {{"id", beacon.id},
          {"hotspot", report.hotspots[beacon.hotspot].name},
          {"round", beacon.round},
          {"time", to_iso8601(beacon.start, 6)},
          {"sf", beacon.spreading_factor},
          {"freq_hz", beacon.frequency_hz},
          {"power_dbm", beacon.power_cdbm / 100.0},
          {"verdict", std::string(verifier::decision_name(beacon.decision))},
          {"reason", beacon.reason},
          {"heard", std::move(heard)}};
}

Json json_of(const verifier::Verdict& verdict, const std::map<std::string, std::string>& names) {
  Json findings = Json::object();
  for (const verifier::Finding& finding : verdict.findings) findings[finding.name] = finding.value;
  const std::string key = to_hex(verdict.hotspot);
  const auto name = names.find(key);
  return {{"id", to_hex(verdict.message)},
          {"type", std::string(type_name(verdict.type))},
          {"hotspot", name == names.end() ? key : name->second},
          {"round", verdict.round},
          {"verdict", std::string(verifier::decision_name(verdict.decision))},
          {"reason", verdict.reason},
          {"rule", verdict.rule},
          {"findings", std::move(findings)}};
}

Json json_of(const Claimed& claim) {
  return {{"owner", claim.owner},
          {"account", rewards::chain::to_display(claim.account)},
          {"amount", decimal(claim.amount)},
          {"transaction", hex(claim.transaction)},
          {"block", claim.block},
          {"balance", decimal(claim.balance)}};
}

}  // namespace

Json to_json(const EpochReport& report) {
  std::map<std::string, std::string> names;
  for (const ReportedHotspot& hotspot : report.hotspots) names[hotspot.key] = hotspot.name;
  Json out = {{"world", report.world},
              {"epoch", report.epoch},
              {"day", report.day},
              {"hotspots", Json::array()},
              {"beacons", Json::array()},
              {"reports", Json::array()},
              {"payouts", Json::array()},
              {"emitted", decimal(report.emitted)},
              {"root", hex(report.root)},
              {"seal", hex(report.seal)},
              {"artifact", hex(report.artifact)},
              {"contract", rewards::chain::to_display(report.settled.contract)},
              {"transaction", hex(report.settled.transaction)},
              {"block", report.settled.block},
              {"gas", report.settled.gas},
              {"claims", Json::array()},
              {"audits", report.audits},
              {"honest_reports", report.honest_pairs},
              {"honest_reports_rejected", report.honest_pairs_rejected},
              {"paid_to_cheats", decimal(report.paid_to_cheats)}};
  for (const ReportedHotspot& hotspot : report.hotspots)
    out["hotspots"].push_back(json_of(hotspot));
  for (const ReportedBeacon& beacon : report.beacons) {
    out["beacons"].push_back(json_of(beacon, report));
  }
  for (const verifier::Verdict& verdict : report.verdicts) {
    out["reports"].push_back(json_of(verdict, names));
  }
  for (const Payout& payout : report.payouts) {
    out["payouts"].push_back(
        {{"owner", payout.owner}, {"account", payout.account}, {"amount", decimal(payout.amount)}});
  }
  for (const Claimed& claim : report.settled.claims) out["claims"].push_back(json_of(claim));
  return out;
}

}  // namespace earshot::simulator
