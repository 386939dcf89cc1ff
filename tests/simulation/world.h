// One simulated run, from ingest to seal: a crowd of hotspots, a network between it and the real
// service, the service's disk and clock, and what goes wrong with each, all chosen by one seed.
//
// Invariants, checked while it runs and at its end:
//
//     every answer is the one a correct verifier gives, and what was acknowledged survives;
//     every acknowledged message of a judged epoch has exactly one verdict, the oracle's;
//     record, seal and artifact are byte for byte those the oracle derives;
//     no audit is drawn before bodies had, and none closed before its answer had, the whole time
//     with the service there;
//     every epoch is sealed once faults have stopped.
#pragma once
#include <cstdio>
#include <string>

#include "tests/simulation/journal_store.h"

namespace earshot::simulation {

// Faults that a run must find: they break what the simulated parts promise.
enum class Sabotage : std::uint8_t {
  none,
  answers_before_writing,  // The store acknowledges before it writes.
  writes_in_two_steps,     // The store syncs messages, then the log.
  skips_journal_sync,      // The disk says synced and is not: under the messages,
  skips_registry_sync,     // under the registry.
  loses_a_message,         // One message does not come back from the store for judging.
  ignores_outages,         // Deadlines go on while the service is not there.
};

struct Options {
  std::FILE* trace = nullptr;  // Every event as a line.
  Sabotage sabotage = Sabotage::none;
};

struct Counts {
  std::uint64_t requests = 0;
  std::uint64_t groups = 0;        // Of requests that shared a write.
  std::uint64_t acknowledged = 0;  // Messages.
  std::uint64_t crashes = 0;
  std::uint64_t crashes_in_requests = 0;
  std::uint64_t outages = 0;  // Crashes after which nobody starts it for long.
  std::uint64_t clock_steps = 0;
  std::uint64_t refused_by_disk = 0;  // Answers 503.
  std::uint64_t equivocations = 0;    // Answers 409.
  std::uint64_t seals = 0;
  std::uint64_t verdicts = 0;
  std::uint64_t accepted = 0;
  std::uint64_t after_seal = 0;
  std::uint64_t deleted = 0;   // Snippets whose time was over.
  std::uint64_t put_away = 0;  // Epochs whose reports are put away.
  std::uint64_t outdated = 0;  // Answers 410.
  Counts& operator+=(const Counts& other);
};

struct Run {
  std::uint64_t seed = 0;
  std::string problem;      // Empty when every invariant held.
  std::uint64_t trace = 0;  // Hash of everything that happened: the same for the same seed.
  Counts counts;
};

Run simulate(std::uint64_t seed, const Options& options = {});

}  // namespace earshot::simulation
