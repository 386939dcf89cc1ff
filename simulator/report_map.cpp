// The epoch as a map's content.
#include <algorithm>
#include <cctype>

#include "simulator/report.h"

namespace earshot::simulator {
namespace {

std::string short_hex(ByteView bytes) { return "0x" + to_hex(bytes); }

std::vector<MapLink> links_of(const EpochReport& report) {
  std::map<std::pair<std::size_t, std::size_t>, MapLink> links;
  for (const ReportedBeacon& beacon : report.beacons) {
    for (const Heard& heard : beacon.heard) {
      const double snr = heard.snr_cdb / 100.0;
      MapLink& link = links
                          .try_emplace({beacon.hotspot, heard.witness},
                                       MapLink{beacon.hotspot, heard.witness, snr, false})
                          .first->second;
      link.best_snr_db = std::max(link.best_snr_db, snr);
      link.accepted = link.accepted || heard.accepted;
    }
  }
  std::vector<MapLink> out;
  out.reserve(links.size());
  for (const auto& [pair, link] : links) out.push_back(link);
  return out;
}

std::string reasons_of(const ReportedHotspot& hotspot) {
  std::string text;
  for (const Rejections& one : hotspot.caught_by) {
    text += (text.empty() ? "" : ", ") + std::to_string(one.count) + " × " + one.reason;
  }
  return text.empty() ? "not caught" : text;
}

std::vector<MapPayout> payouts_of(const EpochReport& report) {
  Uint128 all = 0;
  std::map<std::string, Uint128> of_owner;
  for (const ReportedHotspot& hotspot : report.hotspots) {
    of_owner[hotspot.owner] += hotspot.amount;
    all += hotspot.amount;
  }
  std::vector<MapPayout> out;
  for (const auto& [owner, amount] : of_owner) {
    const double share = all == 0 ? 0 : static_cast<double>(amount) / static_cast<double>(all);
    out.push_back({owner, share, show_tokens(amount, 1)});
  }
  return out;
}

}  // namespace

MapModel map_of(const EpochReport& report, double reach_m) {
  MapModel model;
  model.title = report.world;
  if (!model.title.empty()) model.title[0] = static_cast<char>(std::toupper(model.title[0]));
  model.reach_m = reach_m;
  std::size_t cheats = 0;
  for (const ReportedHotspot& hotspot : report.hotspots) {
    MapHotspot out{hotspot.name, hotspot.owner,     hotspot.place,     std::nullopt,
                   hotspot.tier, hotspot.transmits, hotspot.is_cheat()};
    if (hotspot.attack == Attack::position) out.asserted = hotspot.asserted;
    model.hotspots.push_back(std::move(out));
    if (!hotspot.is_cheat()) continue;
    cheats += hotspot.caught_by.empty() ? 0 : 1;
    model.cheats.push_back({hotspot.name, hotspot.deed, reasons_of(hotspot)});
  }
  model.subtitle = "Epoch " + std::to_string(report.epoch) + ", " + report.day + ": " +
                   std::to_string(report.beacons.size()) + " beacons of " +
                   std::to_string(report.hotspots.size()) + " hotspots, " + std::to_string(cheats) +
                   " cheats caught";
  model.footer = "rewards root " + short_hex(report.root) + "   transaction " +
                 short_hex(report.settled.transaction);
  model.links = links_of(report);
  model.payouts = payouts_of(report);
  return model;
}

}  // namespace earshot::simulator
