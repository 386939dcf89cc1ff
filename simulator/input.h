// What a run is given: a scenario, and recordings when they exist already.
#pragma once
#include <optional>
#include <string>

#include "rewards/policy.h"
#include "simulator/scenario.h"

namespace earshot::simulator {

struct RunInput {
  Scenario scenario;
  std::string scenario_text;  // As read, for the copies beside the results.
  rewards::Policy policy;
  std::optional<std::string> recordings;  // Directory; nothing: render them.
};

// `input` is a scenario file, the name of one that comes with the program, a directory of
// recordings with its scenario.toml and policy.toml, or a run's output that holds `recordings/`.
// Errors name the file.
Result<RunInput> read_input(const std::string& input);

// Writes scenario.toml and policy.toml beside recordings, so that they can be run again.
Result<void> write_input(const RunInput& input, const std::string& directory);

}  // namespace earshot::simulator
