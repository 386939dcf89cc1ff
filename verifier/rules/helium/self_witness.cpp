// Nobody witnesses itself.
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection self_witness(const WitnessCase& c) {
  if (c.beacon.key != c.witness.key) return std::nullopt;
  return object("self_witness", Reason::self_witness);
}

}  // namespace earshot::verifier::helium
