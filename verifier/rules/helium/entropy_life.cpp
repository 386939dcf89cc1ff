// Did the report come while its entropy was young? In whole seconds, both ends included.
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {
namespace {

Objection check(UnixNanos received, UnixNanos start, const Rules& rules) {
  const std::int64_t age = received / kNanosPerSecond - start / kNanosPerSecond;
  if (age >= 0 && age <= rules.numbers.entropy_seconds) return std::nullopt;
  return object(
      "entropy_life", Reason::entropy_expired,
      {{"entropy_age_seconds", age}, {"max_entropy_age_seconds", rules.numbers.entropy_seconds}});
}

}  // namespace

Objection beacon_entropy_life(const BeaconCase& c) {
  return check(c.beacon.received, c.beacon.entropy_start, c.rules);
}
Objection witness_entropy_life(const WitnessCase& c) {
  return check(c.witness.received, c.beacon.entropy_start, c.rules);
}

}  // namespace earshot::verifier::helium
