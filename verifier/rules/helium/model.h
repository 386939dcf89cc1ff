// Helium's last proof of coverage (helium/oracles 824f7724), as far as rules see it: one beacon
// with the reports of those who heard it, what gateways there are and what they did before.
// Everything is an integer; where Helium asks H3 for a distance, the caller gives it.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "core/time.h"
#include "rewards/policy.h"
#include "verifier/rules/ruling.h"

namespace earshot::verifier::helium {

// Given: poc_lora.proto, InvalidReason, with its numbers.
enum class Reason : std::uint8_t {
  reason_none = 0,
  bad_signature = 1,
  not_asserted = 2,
  entropy_expired = 3,
  bad_entropy = 4,
  invalid_capability = 5,
  invalid_pubkey = 6,
  irregular_interval = 7,
  gateway_not_found = 8,
  denied = 9,
  invalid_packet = 10,
  bad_rssi = 11,
  invalid_region = 12,
  max_distance_exceeded = 13,
  invalid_frequency = 14,
  self_witness = 15,
  stale = 16,
  scaling_factor_not_found = 17,
  unknown_error = 18,
  below_min_distance = 19,
  duplicate = 20,
  denied_edge = 21,
  too_late = 22,
  gateway_no_valid_beacons = 23,
  gateway_no_valid_witnesses = 24,
};
inline constexpr std::size_t kReasons = 25;
std::string_view reason_name(Reason reason);

struct Gateway {
  bool asserted = true;  // It has a place.
  bool full = true;      // A full hotspot: not one for data only, not one that cannot transmit.
  std::int64_t region = 0;
  std::int32_t gain_ddbi = 12;  // 0.1 dBi
};

// What a beacon has to be, by its entropies, region and gain.
struct Construction {
  Bytes payload;
  std::uint64_t frequency_hz = 0;
  std::uint8_t spreading_factor = 0;
  std::uint32_t bandwidth_hz = 0;
  bool operator==(const Construction&) const = default;
};

struct Beacon {
  PublicKey key{};
  const Gateway* gateway = nullptr;  // None: unknown.
  UnixNanos received = 0;
  UnixNanos entropy_start = 0;
  Construction sent;
  std::optional<Construction> expected;  // None: it cannot be made at all.
  std::int32_t power_cdbm = 0;           // As the beaconer says.
};

// Between the asserted places of a beaconer and a witness.
struct Between {
  std::uint64_t distance_m = 0;        // Rounded.
  std::optional<std::uint64_t> cells;  // Grid distance of resolution 11; none: not computable.
};

struct Witness {
  PublicKey key{};
  const Gateway* gateway = nullptr;
  UnixNanos received = 0;
  Bytes payload;
  std::uint64_t frequency_hz = 0;
  std::int32_t signal_cdbm = 0;
  Between between;
};

// What a gateway did last; 0: never.
struct Times {
  UnixNanos beacon = 0;     // Also one that was refused.
  UnixNanos witnessed = 0;  // A report that passed everything but reciprocity.
  UnixNanos reciprocal_beacon =
      0;  // A beacon that passed everything but reciprocity, and was heard.
  bool operator==(const Times&) const = default;
};
using Book = std::map<PublicKey, Times>;

// Helium's deny list. This network publishes none, so it is empty there.
struct Denylist {
  std::set<PublicKey> keys;
  std::set<std::pair<PublicKey, PublicKey>> edges;  // Smaller key first.
};

struct Rules {
  rewards::HeliumNumbers numbers;
  UnixNanos interval = 21'600 * kNanosPerSecond;  // One beacon in each.
  std::uint64_t min_cells = 8;
  std::uint64_t max_distance_km = 100;
  Denylist denylist;
};

}  // namespace earshot::verifier::helium
