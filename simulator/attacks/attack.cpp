#include "simulator/attacks/attack.h"

#include <array>
#include <cstdio>

namespace earshot::simulator {

hotspot::SimulationSeams seams_of(Attack attack, const AttackSite& site) {
  switch (attack) {
    case Attack::replay:
      return replay_seams();
    case Attack::evidence:
      return evidence_seams(site);
    case Attack::none:
    case Attack::position:
    case Attack::rssi:
      return {};
  }
  return {};
}

std::string deed_of(const HotspotPlan& plan) {
  std::array<char, 96> text{};
  const double km =
      static_cast<double>(distance_mm(to_ecef(plan.place), to_ecef(plan.asserted))) / 1e6;
  switch (plan.attack) {
    case Attack::none:
      return "honest";
    case Attack::position:
      std::snprintf(text.data(), text.size(), "asserts a place %.1f km from where it stands", km);
      return text.data();
    case Attack::rssi:
      std::snprintf(text.data(), text.size(), "claims %.0f dB more signal than it had",
                    plan.attack_db);
      return text.data();
    case Attack::replay:
      return "sent its first beacon again as its second";
    case Attack::evidence:
      return "commits to the samples of another beacon";
  }
  return {};
}

}  // namespace earshot::simulator
