// Is there such a gateway, and has it said where it is?
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {
namespace {

Objection check(const Gateway* gateway) {
  if (gateway == nullptr) return object("known", Reason::gateway_not_found);
  if (!gateway->asserted) return object("known", Reason::not_asserted);
  return std::nullopt;
}

}  // namespace

Objection beaconer_known(const BeaconCase& c) { return check(c.beacon.gateway); }

Objection witness_known(const WitnessCase& c) {
  if (Objection objection = check(c.witness.gateway)) return objection;
  return check(c.beacon.gateway);
}

}  // namespace earshot::verifier::helium
