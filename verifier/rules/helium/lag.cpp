// Did the witness answer fast enough? Counted from the beacon, or from the first witness when that
// one was there before the beacon's own report.
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection lag(const WitnessCase& c) {
  constexpr std::int64_t kNanosPerMilli = 1'000'000;
  const bool beacon_first = c.beacon.received <= c.first_witness;
  const UnixNanos since = beacon_first ? c.beacon.received : c.first_witness;
  const std::int64_t allowed_ms =
      beacon_first ? c.rules.numbers.beacon_lag_ms : c.rules.numbers.witness_lag_ms;
  const std::int64_t lag_ns = c.witness.received - since;
  if (lag_ns <= allowed_ms * kNanosPerMilli) return std::nullopt;
  return object("lag", Reason::too_late,
                {{"lag_ms", lag_ns / kNanosPerMilli}, {"max_lag_ms", allowed_ms}});
}

}  // namespace earshot::verifier::helium
