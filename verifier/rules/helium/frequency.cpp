// Did both name about the same channel?
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection frequency(const WitnessCase& c) {
  const Int128 difference =
      magnitude(Int128{c.witness.frequency_hz} - Int128{c.beacon.sent.frequency_hz});
  if (difference <= c.rules.numbers.frequency_tolerance_hz) return std::nullopt;
  return object("frequency", Reason::invalid_frequency,
                {{"frequency_hz", to_finding(c.witness.frequency_hz)},
                 {"beacon_frequency_hz", to_finding(c.beacon.sent.frequency_hz)},
                 {"tolerance_hz", c.rules.numbers.frequency_tolerance_hz}});
}

}  // namespace earshot::verifier::helium
