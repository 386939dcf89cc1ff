// A scenario made concrete: keys, true errors of clocks and oscillators, places in metres and the
// loss of every link. Everything follows from the scenario; nothing changes afterwards.
#pragma once
#include <string>
#include <vector>

#include "hotspot/settings.h"
#include "radio/channel/air.h"
#include "rewards/chain/account.h"
#include "rewards/policy.h"
#include "simulator/scenario.h"

namespace earshot::simulator {

struct WorldHotspot {
  HotspotPlan plan;
  hotspot::Identity identity;
  rewards::chain::AccountKey owner;
  Ecef truth;     // Where its antenna is.
  Ecef asserted;  // Where it says it is.
  // The clock shows true time plus this: constant over the epoch.
  Picoseconds clock_error{};
  double oscillator_ppm = 0;
  double calibration_error_db = 0;  // Believed full scale minus true full scale.
  bool is_cheat() const { return plan.attack != Attack::none; }
};

class World {
 public:
  World(Scenario scenario, rewards::Policy policy, NetworkId network);

  const Scenario& scenario() const { return scenario_; }
  const rewards::Policy& policy() const { return policy_; }
  NetworkId network() const { return network_; }
  const std::vector<WorldHotspot>& hotspots() const { return hotspots_; }
  std::uint64_t epoch() const { return epoch_; }
  Round first_round() const { return rewards::first_round_of_epoch(policy_, epoch_); }
  Round end_round() const { return rewards::first_round_of_epoch(policy_, epoch_ + 1); }

  // Of the unordered pair, at the band's centre: path loss with the pair's own shadowing.
  Db link_loss(std::size_t a, std::size_t b) const;
  // What `receiver`'s radio is, its noise keyed by the seed and the hotspot.
  radio::RadioFrontEnd front_end(std::size_t receiver) const;
  // What the hotspot is told of itself, truthfully or (position, rssi) not.
  hotspot::Settings settings(std::size_t index) const;
  radio::RandomKey random_key(std::string_view use, std::string_view name) const;

 private:
  WorldHotspot make(const HotspotPlan& plan) const;

  Scenario scenario_;
  rewards::Policy policy_;
  NetworkId network_;
  std::uint64_t epoch_;
  std::vector<WorldHotspot> hotspots_;
};

// The policy of a scenario with its overrides. `directory` is the scenario's, for relative paths.
// Errc::bad_data or Errc::configuration name the file and the key.
Result<rewards::Policy> policy_of(const Scenario& scenario, const std::string& directory);

}  // namespace earshot::simulator
