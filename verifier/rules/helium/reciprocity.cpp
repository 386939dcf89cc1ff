// Who beacons must have been heard witnessing lately, and the other way round (HIP-106).
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {
namespace {

constexpr UnixNanos kHour = 3600 * kNanosPerSecond;

Objection check(UnixNanos now, UnixNanos last, Reason reason, const Rules& rules) {
  const std::int64_t hours = rules.numbers.reciprocity_hours;
  if (last != 0 && now - last < hours * kHour) return std::nullopt;
  return object("reciprocity", reason,
                {{"hours_since", last == 0 ? -1 : (now - last) / kHour}, {"max_hours", hours}});
}

Times times_of(const Book& book, const PublicKey& key) {
  const auto known = book.find(key);
  return known == book.end() ? Times{} : known->second;
}

}  // namespace

Objection beaconer_reciprocity(const BeaconCase& c) {
  return check(c.beacon.received, times_of(c.book, c.beacon.key).witnessed,
               Reason::gateway_no_valid_witnesses, c.rules);
}
Objection witness_reciprocity(const WitnessCase& c) {
  return check(c.witness.received, times_of(c.book, c.witness.key).reciprocal_beacon,
               Reason::gateway_no_valid_beacons, c.rules);
}

}  // namespace earshot::verifier::helium
