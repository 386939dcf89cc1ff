#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/commands.h"
#include "cli/progress_bar.h"
#include "cli/sim_report.h"
#include "cli/table.h"
#include "radio/iq/recording.h"
#include "simulator/process.h"
#include "simulator/run.h"

namespace earshot::cli {
namespace {

struct SimOptions {
  simulator::RunOptions run;
  std::string json_path;
};

Result<void> run(const SimOptions& options, const Context& context) {
  ProgressBar progress(context.stderr_is_terminal);
  const Result<simulator::EpochReport> report = simulator::run_simulation(options.run, progress);
  if (!report && simulator::was_interrupted()) {
    // Everything is cleaned up: end as the signal would have, so that the caller's shell knows.
    std::fputs("earshot: interrupted\n", stderr);
    std::raise(simulator::interrupted_by());
  }
  if (!report) return fail(report.error());
  std::fputs(show_epoch(*report, context.stdout_is_terminal).c_str(), stdout);
  std::printf("\n  %s: coverage.png, coverage.geojson, epoch.json, recordings\n",
              options.run.output.c_str());
  std::printf("  check it: earshot audit --epoch %llu --log %s\n",
              static_cast<unsigned long long>(report->epoch), options.run.output.c_str());
  if (options.json_path.empty()) return {};
  const std::string json = to_json(*report).dump(1) + "\n";
  return radio::write_file_whole(options.json_path, as_bytes(json));
}

Result<void> list() {
  const auto scenarios = simulator::list_scenarios();
  if (!scenarios) return fail(scenarios.error());
  Table table({"name", "what it shows", "file"});
  for (const simulator::ScenarioEntry& entry : *scenarios) {
    table.add({entry.name, entry.title, entry.path});
  }
  std::fputs(table.text().c_str(), stdout);
  return {};
}

Result<void> list_json() {
  const auto scenarios = simulator::list_scenarios();
  if (!scenarios) return fail(scenarios.error());
  for (const simulator::ScenarioEntry& entry : *scenarios) {
    const nlohmann::json line = {
        {"name", entry.name}, {"title", entry.title}, {"path", entry.path}};
    std::printf("%s\n", line.dump().c_str());
  }
  return {};
}

}  // namespace

void add_sim_commands(CLI::App& root, Context& context) {
  CLI::App* sim = add_group(root, "sim", "Simulate coverage from worlds or recordings");
  const auto options = std::make_shared<SimOptions>();
  options->run.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  // Not add_command: here --json names a file, and the table is shown all the same.
  CLI::App* command = sim->add_subcommand(
      "run", "Live through an epoch: radio samples in, a rewards root on a real chain out");
  command
      ->add_option("input", options->run.input,
                   "Scenario file or name, or a directory of recordings that a run wrote")
      ->required();
  command->add_option("--out", options->run.output, "Directory for everything that comes out")
      ->required();
  command->add_flag("--force", options->run.replace, "Replace what an earlier run left in --out");
  command->add_option("--json", options->json_path, "Write the epoch as data to this file, too");
  command->add_option("--threads", options->run.threads, "Threads (default: one a core, up to 8)")
      ->check(CLI::Range(1, 64));
  command->callback([options, &context] { context.outcome = run(*options, context); });
  add_command(*sim, context, "list", "Scenarios that come with the program",
              [&context] { return context.machine_output() ? list_json() : list(); });
}

}  // namespace earshot::cli
