// Did the witness hear this beacon?
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection payload(const WitnessCase& c) {
  if (c.witness.payload == c.beacon.sent.payload) return std::nullopt;
  return object("payload", Reason::invalid_packet);
}

}  // namespace earshot::verifier::helium
