// How many entries a second the transparency logs take, durable: the intake log, where each entry
// has a caller of its own that waits until it is on disk, and the network log, which grows by an
// epoch.
//
//   bench-log [--json] [--short] [--directory DIR]
//
// The peer is Tessera's POSIX log (its README: about 10,000 entries a second on up to 7 cores),
// whose callers wait for an integrated, durable entry as well.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/hash.h"
#include "tests/bench/cpu_seconds.h"
#include "verifier/log/log_directory.h"
#include "verifier/rocks_store.h"

namespace earshot::verifier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kCallers = 64;     // As many requests as wait for a disk at once.
constexpr std::size_t kLeafBytes = 500;  // A witness report with its header and path, about.

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// `callers` threads, each of which commits `together` entries at a time and waits.
nlohmann::json measure_intake(const std::string& directory, std::size_t callers,
                              std::size_t together, double seconds) {
  const auto store =
      RocksStore::open(directory, {.network = 1, .reserve_bytes = 0, .log = nullptr});
  if (!store) return {{"error", store.error().detail}};
  std::atomic<bool> is_over = false;
  std::atomic<std::uint64_t> failures = 0;
  const double cpu = cpu_seconds();
  const Clock::time_point start = Clock::now();
  std::vector<std::thread> threads;
  for (std::size_t caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      Writer seed;
      seed.put(static_cast<std::uint64_t>(caller));
      Hash256 id = sha256(seed.bytes());
      while (!is_over) {
        WriteSet writes;
        for (std::size_t i = 0; i < together; ++i) {
          id = sha256(id);
          writes.log.push_back({LogKind::message, 1, id});
        }
        if (!(*store)->commit(writes)) ++failures;
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  const double elapsed = seconds_since(start);
  const auto entries = static_cast<double>((*store)->log_head().size);
  return {{"callers", callers},
          {"entries_a_commit", together},
          {"entries", entries},
          {"entries_per_s", entries / elapsed},
          {"cpu_us_per_entry", (cpu_seconds() - cpu) / entries * 1e6},
          {"failures", failures.load()}};
}

// Epochs of `count` entries each.
nlohmann::json measure_network(const std::string& directory, std::size_t count, int epochs) {
  const auto log = LogDirectory::open(directory);
  if (!log) return {{"error", log.error().detail}};
  std::vector<Bytes> entries(count, Bytes(kLeafBytes));
  const double cpu = cpu_seconds();
  const Clock::time_point start = Clock::now();
  std::uint64_t failures = 0;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (std::size_t i = 0; i < count; ++i) entries[i][0] = static_cast<std::uint8_t>(i);
    if (!(*log)->append(entries)) ++failures;
  }
  const auto total = static_cast<double>((*log)->head().size);
  return {{"entry_bytes", kLeafBytes},
          {"entries_an_append", count},
          {"entries", total},
          {"entries_per_s", total / seconds_since(start)},
          {"cpu_us_per_entry", (cpu_seconds() - cpu) / total * 1e6},
          {"failures", failures}};
}

int run(int argc, char** argv) {
  CLI::App app("Appends to the intake log and to the network log, durable.");
  bool as_json = false;
  bool is_short = false;
  std::string directory = std::filesystem::temp_directory_path();
  app.add_flag("--json", as_json, "Figures as JSON");
  app.add_flag("--short", is_short, "Seconds");
  app.add_option("--directory", directory, "Where: a folder on the disk in question");
  CLI11_PARSE(app, argc, argv);
  const std::string folder = directory + "/bench-log-" + std::to_string(::getpid());
  const double seconds = is_short ? 0.5 : 10;
  nlohmann::json out = {
      {"intake_single", measure_intake(folder + "/single", kCallers, 1, seconds)},
      {"intake_batched", measure_intake(folder + "/batched", 4, 100, seconds)},
      {"network", measure_network(folder + "/network", is_short ? 5'000 : 200'000, 3)}};
  // One entry, one caller that waits: what Tessera measures.
  out["entries_per_s"] = out["intake_single"].value("entries_per_s", 0.0);
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  std::cout << (as_json ? out.dump() : out.dump(2)) << "\n";
  for (const char* part : {"intake_single", "intake_batched", "network"}) {
    if (out[part].contains("error") || out[part]["failures"] != 0) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace earshot::verifier

int main(int argc, char** argv) { return earshot::verifier::run(argc, argv); }
