// Helium's rules, a file each, in the order in which they ask. The first that refuses decides.
//
// | file | reason | inputs | threshold |
// | known | gateway_not_found, not_asserted | registry | there, with a place |
// | denylist | denied, denied_edge | key, pair of keys | not listed |
// | self_witness | self_witness | keys | different |
// | duplicate | duplicate | earlier reports of the gateway | none |
// | entropy_life | entropy_expired | received - entropy's start, whole seconds | 0 to 180,
// inclusive | | capability | invalid_capability | full hotspot | yes | | schedule |
// irregular_interval | windows of 6 h | a later one than the last beacon's | | construction |
// invalid_packet | payload, frequency, data rate | what entropy gives; not power | | lag | too_late
// | received | 4 s after the beacon; 1.5 s after the first witness before it | | payload |
// invalid_packet | payload | the beacon's | | frequency | invalid_frequency | difference | 100 kHz
// | | region | invalid_region | regions | equal | | distance | below_min_distance,
// max_distance_exceeded | cells, whole km | 8 cells, 100 km | | signal | bad_rssi | signal | power
// + whole dBi of both gains - free-space loss | | reciprocity | gateway_no_valid_witnesses,
// gateway_no_valid_beacons | last of the other kind | 48 h | | selection | not_selected | rank by
// time among valid reports | 14 |
//
// Source of all: helium/oracles 824f7724, iot_verifier/src/poc.rs.
#pragma once
#include "verifier/rules/helium/model.h"

namespace earshot::verifier::helium {

struct BeaconCase {
  const Beacon& beacon;
  const Book& book;
  const Rules& rules;
};
struct WitnessCase {
  const Beacon& beacon;
  const Witness& witness;
  UnixNanos first_witness = 0;  // Of all reports of the beacon, also of those that are refused.
  const Book& book;
  const Rules& rules;
};
// Nothing: the rule has no objection.
using Objection = std::optional<Ruling>;
Objection object(std::string_view file, Reason reason, std::vector<Finding> findings = {});

Objection beaconer_known(const BeaconCase& c);
Objection beaconer_denied(const BeaconCase& c);
Objection beacon_entropy_life(const BeaconCase& c);
Objection beaconer_capability(const BeaconCase& c);
Objection schedule(const BeaconCase& c);
Objection construction(const BeaconCase& c);
Objection beaconer_reciprocity(const BeaconCase& c);  // After its witnesses were judged.

Objection witness_known(const WitnessCase& c);
Objection witness_denied(const WitnessCase& c);
Objection self_witness(const WitnessCase& c);
Objection witness_entropy_life(const WitnessCase& c);
Objection lag(const WitnessCase& c);
Objection payload(const WitnessCase& c);
Objection witness_capability(const WitnessCase& c);
Objection frequency(const WitnessCase& c);
Objection region(const WitnessCase& c);
Objection distance(const WitnessCase& c);
Objection signal(const WitnessCase& c);
Objection witness_reciprocity(const WitnessCase& c);

// Everything that Helium asks in its order, but reciprocity.
Objection check_beacon(const BeaconCase& c);
Objection check_witness(const WitnessCase& c);

}  // namespace earshot::verifier::helium
