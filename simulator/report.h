// An epoch told: everything that the tables, the JSON and the map show, put together from the
// world, the record and its judgement. Pure data and pure functions.
#pragma once
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "simulator/epoch_run.h"
#include "simulator/map/model.h"
#include "simulator/settlement.h"

namespace earshot::simulator {

struct Heard {
  std::size_t witness = 0;  // Index into EpochReport::hotspots.
  std::int32_t snr_cdb = 0;
  std::int32_t rssi_cdbm = 0;
  bool accepted = false;
  std::string reason;
};

struct ReportedBeacon {
  std::size_t hotspot = 0;
  Round round = 0;
  Instant start;
  std::uint8_t spreading_factor = 0;
  std::uint64_t frequency_hz = 0;
  std::int32_t power_cdbm = 0;
  std::string id;
  verifier::Decision decision = verifier::Decision::accepted;
  std::string reason;
  std::vector<Heard> heard;  // Strongest first.
};

// What a hotspot's reports were rejected for, and how often.
struct Rejections {
  std::string reason;
  std::string rule;
  std::size_t count = 0;
  verifier::Verdict example;  // The first of them.
};

struct ReportedHotspot {
  std::string name, owner, key, owner_address, deed;
  Geodetic place, asserted;
  rewards::Tier tier = rewards::Tier::unproven;
  bool transmits = true;
  Attack attack = Attack::none;
  std::size_t beacons = 0, beacons_accepted = 0;
  std::size_t reports = 0, reports_accepted = 0;
  Uint128 amount = 0;
  std::vector<Rejections> rejections;  // Of its own messages, most frequent first.
  std::vector<Rejections> about_it;    // Of others' reports of its beacons.
  bool is_cheat() const { return attack != Attack::none; }
  // What gave it away: rejections for a contradiction (is_contradiction), its own first.
  std::vector<Rejections> caught_by;
};

struct Payout {
  std::string owner;  // A scenario's owner, "verifiers" or "reserve".
  std::string account;
  Uint128 amount = 0;
};

struct EpochReport {
  std::string world;
  std::uint64_t epoch = 0;
  std::string day;  // "2026-11-22"
  std::uint32_t audit_share_ppm = 0;
  std::size_t audits = 0;
  std::vector<ReportedHotspot> hotspots;
  std::vector<ReportedBeacon> beacons;
  std::vector<verifier::Verdict> verdicts;  // Of every message.
  std::vector<Payout> payouts;
  Uint128 emitted = 0;
  Hash256 root{}, seal{}, artifact{};
  Settled settled;
  std::size_t honest_pairs = 0;           // Reports by honest hotspots of honest beacons...
  std::size_t honest_pairs_rejected = 0;  // ...and how many of these a cheat's reason hit.
  Uint128 paid_to_cheats = 0;
};

// True for reasons that say that somebody's claim contradicts physics, samples or cryptography;
// false for what befalls the honest too (one owner's two hotspots, a beacon that was refused).
bool is_contradiction(std::string_view reason);

EpochReport report_of(const World& world, const Recomputed& judged,
                      const std::vector<StationLog>& logs, const Settled& settled);

// "12 345.678": base units of 10^-18 as tokens, rounded down to `decimals`.
std::string show_tokens(Uint128 amount, int decimals);
std::string decimal(Uint128 amount);

nlohmann::json to_json(const EpochReport& report);
MapModel map_of(const EpochReport& report, double reach_m);

}  // namespace earshot::simulator
