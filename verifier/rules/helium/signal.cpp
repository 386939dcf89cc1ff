// Is the signal no stronger than through empty space? Gains count in whole dBi, the power is what
// the beaconer says: both are Helium's. There is no lower bound.
#include <algorithm>

#include "core/fixed.h"
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection signal(const WitnessCase& c) {
  const auto whole_gain_cdb = [](const Gateway* gateway) {
    return std::int64_t{gateway->gain_ddbi / 10} * 100;
  };
  const std::uint64_t distance_mm = std::max<std::uint64_t>(1, c.witness.between.distance_m * 1000);
  const std::uint64_t frequency_hz = std::max<std::uint64_t>(1, c.witness.frequency_hz);
  const std::int64_t bound = c.beacon.power_cdbm + whole_gain_cdb(c.beacon.gateway) +
                             whole_gain_cdb(c.witness.gateway) -
                             free_space_loss_cdb(distance_mm, frequency_hz);
  if (c.witness.signal_cdbm <= bound) return std::nullopt;
  return object("signal", Reason::bad_rssi,
                {{"rssi_cdbm", c.witness.signal_cdbm}, {"free_space_bound_cdbm", bound}});
}

}  // namespace earshot::verifier::helium
