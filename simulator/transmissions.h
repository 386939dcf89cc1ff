// What goes on the air in an epoch, and what each receiver has to listen to because of it.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hotspot/scheduler.h"
#include "simulator/world.h"

namespace earshot::simulator {

struct Transmission {
  std::size_t hotspot = 0;   // Index into World::hotspots().
  hotspot::BeaconPlan plan;  // What the rules ask it to send, by its own clock.
  Bytes payload;             // What it sends: the plan's, unless it replays.
  Instant start;             // True time of the frame's start at its antenna.
  double eirp_dbm = 0;
};

// Every beacon of the epoch in order of time, from entropy that is known in full (a simulation's
// right: it owns the verifier's chain). Uses the hotspots' own scheduler, with its ledgers in
// `scratch`, a directory that the caller removes. Errors are the scheduler's.
using EntropyOf = std::function<std::optional<Entropy>(Round)>;
Result<std::vector<Transmission>> plan_transmissions(const World& world,
                                                     const EntropyOf& entropy_of,
                                                     const std::string& scratch);

// A stretch of time in which a receiver records: by its own clock, whole microseconds.
struct ListeningWindow {
  Instant open;
  std::uint64_t samples = 0;
  bool operator==(const ListeningWindow&) const = default;
};

// Around every transmission that is not its own: 32 symbols before the frame and 8 after, and
// kWindowMarginSymbols on both sides. What overlaps is merged; while it transmits it hears nothing.
inline constexpr int kWindowMarginSymbols = 4;
std::vector<ListeningWindow> windows_of(const World& world, std::size_t receiver,
                                        const std::vector<Transmission>& transmissions);

}  // namespace earshot::simulator
