// What the coverage map shows: facts of a judged epoch, in words and numbers ready to draw.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/position.h"
#include "rewards/policy.h"

namespace earshot::simulator {

struct MapHotspot {
  std::string name;
  std::string owner;
  Geodetic place;                    // Where it truly stands.
  std::optional<Geodetic> asserted;  // Where it says it stands, when that is elsewhere.
  rewards::Tier tier = rewards::Tier::unproven;
  bool transmits = true;
  bool cheats = false;
};

// One direction of a pair: what `to` reported of `from` over the epoch.
struct MapLink {
  std::size_t from = 0, to = 0;  // Indices into MapModel::hotspots.
  double best_snr_db = 0;
  bool accepted = false;  // At least one of its reports was.
};

struct MapCheat {
  std::string name;
  std::string deed;    // "asserts a place 4.3 km away"
  std::string caught;  // "pairwise: timing, 18 reports rejected"
};

struct MapPayout {
  std::string owner;
  double share = 0;    // Of what hotspot owners got, 0..1.
  std::string amount;  // "1 234.5"
};

struct MapModel {
  std::string title;
  std::string subtitle;
  std::string footer;
  std::vector<MapHotspot> hotspots;
  std::vector<MapLink> links;
  std::vector<MapCheat> cheats;
  std::vector<MapPayout> payouts;
  double reach_m = 0;  // Glow around paid transmitters: where the model's median SNR is 8 dB.
};

}  // namespace earshot::simulator
