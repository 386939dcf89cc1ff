// What the verifier says of rounds: GET /v1/rounds/{r}.
#pragma once
#include "core/entropy.h"
#include "core/hash.h"
#include "hotspot/transport.h"

namespace earshot::hotspot {

struct RoundNews {
  Round round = 0;
  std::optional<Entropy> entropy;  // Nothing: not released (yet).
  NetworkId network = 0;
  bool operator==(const RoundNews&) const = default;
};
// Errc::bad_data names the member that is missing or wrong.
Result<RoundNews> parse_round(const std::string& body);

// Errc::unavailable when it does not answer; Errc::bad_data when the answer is of another round or
// another network.
Result<RoundNews> fetch_round(Transport& transport, Round round, NetworkId network);

}  // namespace earshot::hotspot
