#include "simulator/run.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/hash.h"
#include "radio/iq/recording.h"
#include "simulator/files.h"
#include "simulator/input.h"
#include "simulator/keys.h"
#include "simulator/map/map.h"
#include "simulator/parallel.h"
#include "simulator/render.h"

namespace earshot::simulator {
namespace {

namespace fs = std::filesystem;

constexpr NetworkId kNetwork = 31337;  // Given: anvil's chain id.

Result<std::string> make_directory(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(Errc::unavailable, path.string() + ": " + error.message());
  return path.string();
}

// The entropy of every round of the epoch, ahead of time: the simulation knows the seed that it
// gave the verifier (earshot-verifierd derives an epoch's chain in the same way).
EntropyOf foreseen_entropy(const World& world, const ByteArray<32>& seed,
                           const Hash256& block_hash) {
  Writer epoch;
  epoch.put(world.epoch());
  const Hash256 chain_seed =
      sha256({as_bytes("earshot/v1/simulated-entropy"), seed, epoch.bytes()});
  const auto chain =
      std::make_shared<EntropyChain>(chain_seed, world.end_round() - world.first_round());
  return [chain, block_hash, first = world.first_round()](Round round) {
    const Hash256 link = chain->link(round - first);
    return round_entropy(round, block_hash, std::span(&link, 1), 1);
  };
}

Result<void> render_all(const World& world, const EntropyOf& entropy_of,
                        const std::string& directory, unsigned threads, Progress& progress) {
  const Result<std::string> scratch = make_directory(fs::path(directory) / "ledgers");
  if (!scratch) return fail(scratch.error());
  const Result<std::vector<Transmission>> sent = plan_transmissions(world, entropy_of, *scratch);
  std::error_code ignored;
  fs::remove_all(*scratch, ignored);
  if (!sent) return fail(sent.error());
  std::size_t windows = 0;
  for (std::size_t i = 0; i < world.hotspots().size(); ++i) {
    windows += windows_of(world, i, *sent).size();
  }
  progress.begin("Rendering", windows);
  return parallel_for(world.hotspots().size(), threads, [&](std::size_t receiver) {
    return render_recording(world, receiver, *sent, directory, [&] { progress.step(); });
  });
}

Result<std::vector<ReceiverRecording>> open_all(const World& world, const std::string& directory) {
  std::vector<ReceiverRecording> recordings;
  for (std::size_t i = 0; i < world.hotspots().size(); ++i) {
    Result<ReceiverRecording> recording = open_receiver_recording(world, i, directory);
    if (!recording) return fail(recording.error());
    recordings.push_back(std::move(*recording));
  }
  return recordings;
}

Result<void> write_results(const PublishedEpoch& published, const EpochReport& report,
                           const World& world, const fs::path& directory) {
  const std::string stem = (directory / ("epoch-" + std::to_string(report.epoch))).string();
  const AirPlan& air = world.scenario().air;
  // Where the median link (no gains, full power) still has 8 dB of SNR in 125 kHz.
  const double budget = find_region(world.scenario().region)->max_eirp_cdbm / 100.0 - 8 -
                        radio::thermal_noise(Hertz(kBeaconBandwidthHz), Db(9)).value();
  const double at_reference =
      radio::path_loss({radio::PathLossModel::free_space}, Meters(air.path_loss.reference_m),
                       Hertz(static_cast<double>(air.centre_hz)), 0)
          .value();
  const double reach = air.path_loss.reference_m *
                       std::pow(10, (budget - at_reference) / (10 * air.path_loss.exponent));
  const Result<Bytes> map = draw_coverage_map(map_of(report, reach));
  if (!map) return fail(map.error());
  const std::string json = to_json(report).dump(1) + "\n";
  const std::string coverage = published.coverage.dump() + "\n";
  const std::vector<std::pair<std::string, ByteView>> files = {
      {stem + ".record", published.record},
      {stem + ".seal", published.seal},
      {stem + ".artifact", published.artifact},
      {stem + ".policy.toml", as_bytes(published.policy_toml)},
      {(directory / "coverage.geojson").string(), as_bytes(coverage)},
      {(directory / "coverage.png").string(), *map},
      {(directory / "epoch.json").string(), as_bytes(json)},
  };
  for (const auto& [path, bytes] : files) {
    if (Result<void> written = radio::write_file_whole(path, bytes); !written) return written;
  }
  for (const auto& [name, bytes] : published.log) {
    const fs::path path = directory / name;
    const Result<std::string> folder = make_directory(path.parent_path());
    if (!folder) return fail(folder.error());
    if (auto written = radio::write_file_whole(path.string(), bytes); !written) return written;
  }
  return {};
}

// One run in a directory that nobody sees until it is whole.
class Run {
 public:
  Run(const World& world, const RunInput& input, const RunOptions& options, fs::path directory,
      Progress& progress)
      : world_(world),
        input_(input),
        options_(options),
        directory_(std::move(directory)),
        progress_(progress) {}

  Result<EpochReport> go();

 private:
  Result<AnvilProcess> start_chain();
  Result<VerifierChild> start_verifier(const AnvilProcess& chain);
  Result<std::string> recordings(const EpochRun& run);

  const World& world_;
  const RunInput& input_;
  const RunOptions& options_;
  fs::path directory_;
  Progress& progress_;
  ByteArray<32> entropy_seed_{};
};

Result<AnvilProcess> Run::start_chain() {
  const Result<std::string> home = make_directory(directory_ / "chain");
  if (!home) return fail(home.error());
  AnvilOptions options;
  options.chain_id = kNetwork;
  options.timestamp = static_cast<std::uint64_t>(simulation_start(world_) / kNanosPerSecond);
  options.log_path = *home + "/anvil.log";
  return AnvilProcess::start(options);
}

Result<VerifierChild> Run::start_verifier(const AnvilProcess& chain) {
  VerifierPlan plan;
  plan.network = kNetwork;
  plan.policy = world_.policy();
  plan.directory = (directory_ / "verifier").string();
  plan.chain_url = chain.url();
  plan.entropy_seed = entropy_seed_;
  plan.start = simulation_start(world_);
  return VerifierChild::start(plan);
}

// Rendered now, or those that were given.
Result<std::string> Run::recordings(const EpochRun& run) {
  if (input_.recordings) return *input_.recordings;
  Result<std::string> directory = make_directory(directory_ / "recordings");
  if (!directory) return directory;
  const EntropyOf entropy_of = foreseen_entropy(world_, entropy_seed_, run.block_hash());
  const Result<void> rendered =
      render_all(world_, entropy_of, *directory, options_.threads, progress_);
  if (!rendered) return fail(rendered.error());
  if (const Result<void> copied = write_input(input_, *directory); !copied) {
    return fail(copied.error());
  }
  return directory;
}

Result<EpochReport> Run::go() {
  entropy_seed_ = derive_seed(world_.scenario().seed, "entropy", "");
  if (input_.recordings) {  // Before anything is started.
    const auto checked = open_all(world_, *input_.recordings);
    if (!checked) return fail(checked.error());
  }
  progress_.begin("Starting", 3);
  Result<AnvilProcess> chain = start_chain();
  if (!chain) return fail(chain.error());
  const std::string journals = (directory_ / "chain").string();
  const Result<EvmAddress> contract = deploy_contract(world_, *chain, journals);
  if (!contract) return fail(contract.error());
  progress_.step();
  Result<VerifierChild> verifier = start_verifier(*chain);
  if (!verifier) return fail(verifier.error());
  progress_.step();
  Result<EpochRun> run = EpochRun::create(
      {world_, *chain, *verifier, (directory_ / "hotspots").string(), options_.threads, progress_});
  if (!run) return fail(run.error());
  if (const Result<void> opened = run->open_epoch(); !opened) return fail(opened.error());
  progress_.step();
  const Result<std::string> directory = recordings(*run);
  if (!directory) return fail(directory.error());
  const Result<std::vector<ReceiverRecording>> ears = open_all(world_, *directory);
  if (!ears) return fail(ears.error());
  if (const Result<void> lived = run->live_through(*ears); !lived) return fail(lived.error());
  progress_.begin("Settling", 1);
  const Result<PublishedEpoch> published = verifier->published(world_.epoch());
  if (!published) return fail(published.error());
  const Result<Recomputed> judged = recompute(*published);
  if (!judged) return fail(judged.error());
  const Result<Settled> settled = settle(world_, *chain, *contract, *published, journals);
  if (!settled) return fail(settled.error());
  EpochReport report = report_of(world_, *judged, run->logs(), *settled);
  const Result<void> written = write_results(*published, report, world_, directory_);
  if (!written) return fail(written.error());
  progress_.step();
  return report;
}

Result<void> check_apart(const RunInput& input, const OutputDirectory& output) {
  if (!input.recordings) return {};
  const fs::path given = fs::weakly_canonical(*input.recordings);
  const fs::path target = fs::weakly_canonical(output.final_path());
  const auto [at, end] = std::mismatch(target.begin(), target.end(), given.begin(), given.end());
  if (at != target.end()) return {};
  return fail(Errc::usage, output.final_path().string() +
                               ": holds the recordings that are to be run; choose another --out");
}

}  // namespace

Result<EpochReport> run_simulation(const RunOptions& options, Progress& progress) {
  const InterruptGuard guard;
  const Result<RunInput> input = read_input(options.input);
  if (!input) return fail(input.error());
  Result<OutputDirectory> output = OutputDirectory::create(options.output, options.replace);
  if (!output) return fail(output.error());
  if (const Result<void> apart = check_apart(*input, *output); !apart) return fail(apart.error());
  const World world(input->scenario, input->policy, kNetwork);
  Result<EpochReport> report = Run(world, *input, options, output->working(), progress).go();
  if (was_interrupted()) return fail(Errc::unavailable, "interrupted");
  if (!report) return report;
  if (const Result<void> copied = write_input(*input, output->working().string()); !copied) {
    return fail(copied.error());
  }
  if (const Result<void> done = output->commit(); !done) return fail(done.error());
  progress.finish();
  return report;
}

Result<std::vector<ScenarioEntry>> list_scenarios() {
  const Result<std::string> directory = find_in_tree("simulator/scenarios");
  if (!directory) return fail(directory.error());
  std::vector<ScenarioEntry> entries;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(*directory, error)) {
    if (entry.path().extension() != ".toml") continue;
    const std::string path = entry.path().string();
    const Result<std::string> text = read_file(path);
    if (!text) return fail(text.error());
    const Result<Scenario> scenario = parse_scenario(*text, path);
    if (!scenario) return fail(scenario.error());
    entries.push_back({scenario->name, scenario->title, path});
  }
  if (error) return fail(Errc::unavailable, *directory + ": " + error.message());
  std::sort(entries.begin(), entries.end(),
            [](const ScenarioEntry& a, const ScenarioEntry& b) { return a.name < b.name; });
  return entries;
}

}  // namespace earshot::simulator
