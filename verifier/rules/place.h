// Rule 5, place: what tier does a hotspot's epoch earn it? **A place is proven only by being
// heard.**
//
// For a hotspot that transmits, over its accepted beacons and the owners of the witnesses (others
// than its own; an owner counts once however many hotspots it has):
//
//     contradicting = owners with a timed report that rule 3 refused for its time
//     timed         = owners with an accepted timed report
//     heard         = owners with an accepted report
//
// | tier | threshold |
// | unproven | contradicting > timed, or heard < policy.plausible_min_owners |
// | located | timed >= policy.located_min_owners |
// | plausible | otherwise |
//
// A receive-only hotspot is a listener when an audit measured one of its accepted reports, unproven
// otherwise.
//
// This is a narrow stand-in for section 5: it counts any registered owner's ears. Trust that starts
// at surveyed anchors and expires, vouching caps, and silence as evidence (who should have heard
// and did not) come later; until then a ring of colluding owners can vouch for itself, and the tier
// `establishing` is not given.
#pragma once
#include <span>

#include "rewards/policy.h"
#include "verifier/rules/registry.h"

namespace earshot::verifier {

// What is left of a witness report of an accepted beacon after rules 1 to 4.
struct Link {
  PublicKey beaconer{};
  PublicKey witness{};
  EvmAddress witness_owner{};
  bool accepted = false;
  bool timed = false;        // Counts as timing (rules/pairwise.h).
  bool contradicts = false;  // Refused as timing_mismatch.
  bool audited = false;      // An audit measured it.
};

struct PlaceRuling {
  rewards::Tier tier = rewards::Tier::unproven;
  std::vector<Finding> findings;  // The counts above and the policy's thresholds.
  bool operator==(const PlaceRuling&) const = default;
};

// One for each of `registry`, ascending. Links that hotspots outside `registry` take part in are
// ignored.
std::vector<PlaceRuling> judge_places(const Registry& registry, std::span<const Link> links,
                                      const rewards::Policy& policy);

// Helium proves no place: `plausible` whoever had a beacon or a report accepted, `unproven` the
// others. Its rules weigh no tiers.
std::vector<PlaceRuling> helium_places(const Registry& registry, std::span<const Link> links);

}  // namespace earshot::verifier
