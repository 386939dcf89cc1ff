// `earshot sim run`: a scenario, or the recordings of an earlier run of it, to a settled epoch.
//
//     scenario ── render ──▶ recordings ──▶ hotspots ──HTTP──▶ verifierd ──▶ seal ──▶ chain
//                              ▲
//     recordings directory ────┘  (nothing is rendered)
#pragma once
#include <string>

#include "simulator/progress.h"
#include "simulator/report.h"

namespace earshot::simulator {

struct RunOptions {
  std::string input;   // A scenario file, its name, or a directory with recordings.
  std::string output;  // Made whole or not at all.
  bool replace = false;
  unsigned threads = 2;
};

// What lands in the output directory: scenario.toml, recordings/ (when rendered), hotspots/ and
// verifier/ (their stores), epoch-N.{record,seal,policy.toml,artifact}, coverage.geojson,
// coverage.png, epoch.json. Children are gone and nothing half-written is left when it returns.
// Errors: the input's (bad_data), a missing node or verifier program (unavailable), the output's
// (usage, permission).
Result<EpochReport> run_simulation(const RunOptions& options, Progress& progress);

struct ScenarioEntry {
  std::string name, title, path;
};
// The scenarios that come with the program, by name.
Result<std::vector<ScenarioEntry>> list_scenarios();

}  // namespace earshot::simulator
