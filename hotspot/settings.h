// Who a hotspot is and what its owner decided, as the library takes it: integers in the units of
// the messages. The daemon fills it from its configuration file (hotspot/config.h), the simulator
// from its scenario.
#pragma once
#include <optional>

#include "core/messages.h"
#include "core/sortition.h"
#include "radio/evidence/snippet.h"

namespace earshot::hotspot {

struct Identity {
  SigningKey signing;
  VrfKey vrf;
};
Identity identity_from_seed(const ByteArray<32>& seed);

// The ring of kept snippets: whichever bound is hit first evicts the oldest.
struct EvidenceBounds {
  std::uint64_t max_bytes = 4ULL << 30;    // Chosen: a tenth of a small SD card.
  std::int64_t max_age_seconds = 259'200;  // 3 days. Given: DESIGN section 2.
};

struct DeliveryRules {
  std::int64_t first_retry_seconds = 1;   // Doubles with each failure up to the next one.
  std::int64_t last_retry_seconds = 300;  // Chosen: a dead verifier costs 12 requests an hour.
  std::int64_t spread_seconds = 0;        // Each batch waits its own share (by its id) of this.
  // How long bodies that may be shown wait for a header to go with, in one request.
  std::int64_t body_wait_seconds = 0;
  // True: a batch is signed and its header sent as soon as seal() is called, in its own round too.
  bool prompt = false;
  std::size_t compact_bytes = 4U << 20;    // Chosen: the outbox's journal of a few busy hours.
  std::int64_t give_up_seconds = 259'200;  // 3 days after the round the batch is `abandoned`.
};

struct Settings {
  NetworkId network = 0;
  EvmAddress owner{};
  // Transmission is off until all three are known, whatever `transmits` says.
  std::optional<RegionId> region;  // Listening needs it too: it names the channels.
  std::optional<std::int16_t> antenna_gain_ddbi;
  std::optional<Ecef> position;
  bool transmits = false;
  ClockClass clock = ClockClass::none;
  std::uint64_t clock_error_ps = 1'000'000'000'000;  // Bound on the clock's own error, both ways.
  SortitionRules sortition;                          // Of the policy in force.
  radio::Calibration calibration;
  // Set: each window's own noise says what full scale is worth; `calibration` gives its
  // uncertainty.
  std::optional<double> noise_figure_db;
  EvidenceBounds evidence;
  DeliveryRules delivery;
};

}  // namespace earshot::hotspot
