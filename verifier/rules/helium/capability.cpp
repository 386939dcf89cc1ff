// Proof of coverage is for full hotspots.
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection beaconer_capability(const BeaconCase& c) {
  if (c.beacon.gateway->full) return std::nullopt;
  return object("capability", Reason::invalid_capability);
}
Objection witness_capability(const WitnessCase& c) {
  if (c.witness.gateway->full) return std::nullopt;
  return object("capability", Reason::invalid_capability);
}

}  // namespace earshot::verifier::helium
