// verifier-vopr: simulated runs of the verifier under faults, one for each seed.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/simulation/world.h"

namespace {

using namespace earshot::simulation;  // NOLINT: a program, not a header

int usage() {
  std::fprintf(stderr,
               "usage: verifier-vopr [--seed N] [--seeds COUNT] [--verbose]\n"
               "Runs COUNT seeds (1) from N (1) on; prints each that breaks an invariant, and "
               "exits 1 then.\n"
               "  --verbose   every event of every run; the trace's hash at its end\n");
  return 2;
}

void print_counts(const Counts& counts, std::uint64_t runs, double seconds) {
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%llu runs in %.1f s (%.2f ms each): %llu requests and %llu groups of them, %llu messages "
      "acknowledged, %llu crashes "
      "(%llu while a request was handled, %llu before an outage), %llu clock steps, %llu answers "
      "of a full disk, %llu "
      "equivocations, %llu seals, %llu verdicts (%llu accepted, %llu after the seal)\n",
      number(runs), seconds, seconds * 1000 / static_cast<double>(runs), number(counts.requests),
      number(counts.groups), number(counts.acknowledged), number(counts.crashes),
      number(counts.crashes_in_requests), number(counts.outages), number(counts.clock_steps),
      number(counts.refused_by_disk), number(counts.equivocations), number(counts.seals),
      number(counts.verdicts), number(counts.accepted), number(counts.after_seal));
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t count = 1;
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool has_value = i + 1 < argc;
    if (word == "--seed" && has_value) {
      first = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--seeds" && has_value) {
      count = std::strtoull(argv[++i], nullptr, 10);
    } else if (word == "--verbose") {
      options.trace = stdout;
    } else {
      return usage();
    }
  }
  if (count == 0) return usage();
  Counts total;
  std::uint64_t failed = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Run run = simulate(seed, options);
    total += run.counts;
    if (options.trace != nullptr) {
      std::printf("seed %llu: trace %016llx\n", static_cast<unsigned long long>(seed),
                  static_cast<unsigned long long>(run.trace));
    }
    if (run.problem.empty()) continue;
    ++failed;
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), run.problem.c_str());
    std::fflush(stdout);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  print_counts(total, count, taken.count());
  if (failed > 0) {
    std::printf("%llu seeds failed; replay one with verifier-vopr --seed N --verbose\n",
                static_cast<unsigned long long>(failed));
  }
  return failed > 0 ? 1 : 0;
}
