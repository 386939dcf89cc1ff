// Are both in one region?
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection region(const WitnessCase& c) {
  if (c.beacon.gateway->region == c.witness.gateway->region) return std::nullopt;
  return object(
      "region", Reason::invalid_region,
      {{"region", c.witness.gateway->region}, {"beacon_region", c.beacon.gateway->region}});
}

}  // namespace earshot::verifier::helium
