#include <memory>

#include "simulator/attacks/attack.h"

namespace earshot::simulator {

hotspot::SimulationSeams replay_seams() {
  struct State {
    VrfProof first{};
    int beacons = 0;
  };
  hotspot::SimulationSeams seams;
  seams.before_signing = [state = std::make_shared<State>()](Message& message) {
    auto* beacon = std::get_if<BeaconReport>(&message);
    if (beacon == nullptr) return;
    ++state->beacons;
    if (state->beacons == 1) state->first = beacon->proof;
    if (state->beacons == 2) beacon->proof = state->first;
  };
  return seams;
}

}  // namespace earshot::simulator
