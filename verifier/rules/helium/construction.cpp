// Is the beacon the one that its entropy gives? The power is not compared, as upstream.
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection construction(const BeaconCase& c) {
  if (c.beacon.expected && *c.beacon.expected == c.beacon.sent) return std::nullopt;
  std::vector<Finding> findings = {{"frequency_hz", to_finding(c.beacon.sent.frequency_hz)},
                                   {"spreading_factor", c.beacon.sent.spreading_factor}};
  if (c.beacon.expected) {
    findings.push_back({"expected_frequency_hz", to_finding(c.beacon.expected->frequency_hz)});
    findings.push_back({"expected_spreading_factor", c.beacon.expected->spreading_factor});
  }
  return object("construction", Reason::invalid_packet, std::move(findings));
}

}  // namespace earshot::verifier::helium
