// Is the gateway, or the pair, on the deny list?
#include <algorithm>

#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection beaconer_denied(const BeaconCase& c) {
  if (!c.rules.denylist.keys.contains(c.beacon.key)) return std::nullopt;
  return object("denylist", Reason::denied);
}

Objection witness_denied(const WitnessCase& c) {
  if (c.rules.denylist.keys.contains(c.witness.key)) return object("denylist", Reason::denied);
  if (!c.rules.denylist.edges.contains(std::minmax(c.beacon.key, c.witness.key))) {
    return std::nullopt;
  }
  return object("denylist", Reason::denied_edge);
}

}  // namespace earshot::verifier::helium
