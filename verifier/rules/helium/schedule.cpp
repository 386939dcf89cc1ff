// One beacon in each window, and windows do not come back.
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection schedule(const BeaconCase& c) {
  const auto known = c.book.find(c.beacon.key);
  if (known == c.book.end() || known->second.beacon == 0) return std::nullopt;
  const std::int64_t window = c.beacon.received / c.rules.interval;
  const std::int64_t last = known->second.beacon / c.rules.interval;
  if (window > last) return std::nullopt;
  return object("schedule", Reason::irregular_interval,
                {{"window", window}, {"last_beacon_window", last}});
}

}  // namespace earshot::verifier::helium
