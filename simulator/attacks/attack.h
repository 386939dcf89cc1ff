// What a cheating hotspot does differently: the seams it hangs into the honest code. Position and
// RSSI liars need none: they lie in their settings (World::settings), and honest code does the
// rest.
//
// A new attack is a file here, a line in `seams_of` and a name in simulator/scenario.h.
#pragma once
#include <string>

#include "hotspot/hotspot.h"
#include "simulator/scenario.h"

namespace earshot::simulator {

struct AttackSite {
  NetworkId network = 0;
  std::string state_directory;  // Of the hotspot; its evidence ring is in it.
};

hotspot::SimulationSeams seams_of(Attack attack, const AttackSite& site);

// Reports the second beacon with the proof, and so the tag, of the first.
hotspot::SimulationSeams replay_seams();
// Commits each report after the first to the first one's samples, and answers audits with them;
// answers for the first with samples that it has altered.
hotspot::SimulationSeams evidence_seams(const AttackSite& site);

// In words, for people: "asserts a place 4.3 km from where it stands".
std::string deed_of(const HotspotPlan& plan);

}  // namespace earshot::simulator
