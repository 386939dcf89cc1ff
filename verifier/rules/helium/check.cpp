// The order in which Helium asks.
#include <array>

#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {
namespace {

template <class Case, std::size_t kCount>
Objection first_objection(const Case& c, const std::array<Objection (*)(const Case&), kCount>& in) {
  for (const auto rule : in) {
    if (Objection objection = rule(c)) return objection;
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, kReasons> kNames = {"reason_none",
                                                           "bad_signature",
                                                           "not_asserted",
                                                           "entropy_expired",
                                                           "bad_entropy",
                                                           "invalid_capability",
                                                           "invalid_pubkey",
                                                           "irregular_interval",
                                                           "gateway_not_found",
                                                           "denied",
                                                           "invalid_packet",
                                                           "bad_rssi",
                                                           "invalid_region",
                                                           "max_distance_exceeded",
                                                           "invalid_frequency",
                                                           "self_witness",
                                                           "stale",
                                                           "scaling_factor_not_found",
                                                           "unknown_error",
                                                           "below_min_distance",
                                                           "duplicate",
                                                           "denied_edge",
                                                           "too_late",
                                                           "gateway_no_valid_beacons",
                                                           "gateway_no_valid_witnesses"};

}  // namespace

std::string_view reason_name(Reason reason) { return kNames[static_cast<std::size_t>(reason)]; }

Objection object(std::string_view file, Reason reason, std::vector<Finding> findings) {
  return refuse("helium/" + std::string(file), reason_name(reason), std::move(findings));
}

Objection check_beacon(const BeaconCase& c) {
  static constexpr std::array<Objection (*)(const BeaconCase&), 6> kOrder = {
      beaconer_known,      beaconer_denied, beacon_entropy_life,
      beaconer_capability, schedule,        construction};
  return first_objection(c, kOrder);
}

Objection check_witness(const WitnessCase& c) {
  static constexpr std::array<Objection (*)(const WitnessCase&), 11> kOrder = {witness_known,
                                                                               witness_denied,
                                                                               self_witness,
                                                                               witness_entropy_life,
                                                                               lag,
                                                                               payload,
                                                                               witness_capability,
                                                                               frequency,
                                                                               region,
                                                                               distance,
                                                                               signal};
  return first_objection(c, kOrder);
}

}  // namespace earshot::verifier::helium
