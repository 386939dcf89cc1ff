// earshot-verifierd: the service, wired on one screen.
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <thread>

#include "core/files.h"
#include "verifier/api.h"
#include "verifier/chain_blocks.h"
#include "verifier/channel_desk.h"
#include "verifier/epoch_driver.h"
#include "verifier/http_server.h"
#include "verifier/quorum/quorum_service.h"
#include "verifier/rocks_store.h"
#include "verifier/sandbox.h"
#include "verifier/service_log.h"
#include "verifier/service_manager.h"
#include "verifier/ticker.h"
#include "verifier/transparency.h"

namespace earshot::verifier {
namespace {

// The process that measures evidence is this program again, in a sandbox (sandbox.h).
constexpr const char* kMeasure = "measure-evidence";

// One line for each problem, on standard error, and the exit code (DESIGN section 9).
int give_up(const Error& error) {
  std::cerr << "earshot-verifierd: " << error.detail << "\n";
  return exit_code(error.code);
}

Result<rewards::Policy> read_policy(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(Errc::configuration, "policy_file: " + text.error().detail);
  return rewards::parse_policy(*text, path);
}

Result<void> make_private_directory(const std::string& path) {
  std::error_code error;
  const bool is_new = std::filesystem::create_directories(path, error);
  if (!error && is_new) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (!error) return {};
  const bool is_refused = error == std::errc::permission_denied;
  return fail(is_refused ? Errc::permission : Errc::unavailable,
              "store.directory: " + path + ": " + error.message());
}

// Secret seeds of the epochs' hash chains.
std::function<ByteArray<32>(std::uint64_t)> seed_maker(const SimulationConfig& simulation) {
  if (simulation.entropy_seed.empty()) return [](std::uint64_t) { return random_seed(); };
  const Hash256 seed = *array_from_hex<32>(simulation.entropy_seed);
  return [seed](std::uint64_t epoch) {
    Writer epoch_bytes;
    epoch_bytes.put(epoch);
    return sha256({as_bytes("earshot/v1/simulated-entropy"), seed, epoch_bytes.bytes()});
  };
}

// The key of the intake log's checkpoints; made at the first start.
Result<NoteSigner> log_signer(const Config& config) {
  const std::string path = config.identity.key_file.empty()
                               ? config.store.directory + "/verifier.key"
                               : config.identity.key_file;
  if (!std::filesystem::exists(path)) {
    if (Result<void> made = write_key_file(path, random_seed()); !made) return fail(made.error());
  }
  const Result<SigningKey> key = read_key_file(path);
  if (!key) return fail(key.error());
  return make_note_signer(config.identity.name, key->seed);
}

// Chosen: what waits for a disk waits mostly.
constexpr std::size_t kPoolThreads = 2;
constexpr std::size_t kPoolWaiting = 256;

// One more than there are cores for it: one waits for the disk.
std::uint32_t intake_threads(const Config& config) {
  return 1 + (config.http.io_threads > 0 ? config.http.io_threads
                                         : std::max(1U, std::thread::hardware_concurrency()));
}

LimiterRules limiter_rules(const Config& config) {
  if (config.simulation.virtual_clock) return {};
  return {config.ingest.key_requests_per_second, config.ingest.key_burst,
          config.ingest.strangers_per_second};
}

std::vector<std::string> route_names() {
  std::vector<std::string> names;
  for (const Api::Operation& operation : Api::operations()) {
    names.push_back(std::string(operation.method) + " " + std::string(operation.path));
  }
  return names;
}

// Nothing without a contract.
Result<std::unique_ptr<ChannelDesk>> open_channels(const Config& config,
                                                   const RegistryStore& registry) {
  if (config.channels.contract.empty()) return std::unique_ptr<ChannelDesk>();
  const Result<EvmAddress> contract = rewards::chain::parse_address(config.channels.contract);
  if (!contract) return fail(Errc::configuration, "channels.contract: " + contract.error().detail);
  const Result<rewards::chain::AccountKey> key =
      rewards::chain::read_account_key(config.channels.key_file);
  if (!key) return fail(key.error());
  return ChannelDesk::open(config.store.directory + "/channels.sqlite", config.chain.rpc_url,
                           {.network = config.network,
                            .contract = *contract,
                            .key = *key,
                            .timeout = std::chrono::seconds(config.chain.timeout_seconds)},
                           registry);
}

Result<void> serve(const Config& config, spdlog::logger& log, const ServiceManager& manager) {
  const Result<rewards::Policy> policy = read_policy(config.policy_file);
  if (!policy) return fail(policy.error());
  Result<ChainBlocks> blocks = ChainBlocks::at(config.chain.rpc_url, config.network,
                                               std::chrono::seconds(config.chain.timeout_seconds));
  if (!blocks) return fail(blocks.error());
  const Result<std::unique_ptr<HttpServer>> server = HttpServer::listen(config.http, log);
  if (!server) return fail(server.error());
  umask(0077);  // The store holds secrets.
  if (Result<void> made = make_private_directory(config.store.directory); !made) return made;
  const Result<std::unique_ptr<RocksStore>> store = RocksStore::open(
      config.store.directory + "/messages", {config.network, config.store.reserve_bytes, &log});
  if (!store) return fail(store.error());
  const Result<NoteSigner> signer = log_signer(config);
  if (!signer) return fail(signer.error());
  const Result<std::unique_ptr<RegistryStore>> registry =
      RegistryStore::open(config.store.directory + "/registry.sqlite", config.network);
  if (!registry) return fail(registry.error());
  const Result<std::unique_ptr<Transparency>> transparency =
      Transparency::open(config, *signer, **store, **registry, log);
  if (!transparency) return fail(transparency.error());
  Transparency& logs = **transparency;
  logs.catch_up();
  const Result<std::optional<UnixNanos>> virtual_time = (*registry)->virtual_time();
  if (!virtual_time) return fail(virtual_time.error());

  const Result<std::unique_ptr<ChannelDesk>> channels = open_channels(config, **registry);
  if (!channels) return fail(channels.error());

  const bool is_virtual = config.simulation.virtual_clock;
  const SystemClock system_clock;
  VirtualClock virtual_clock(virtual_time->value_or(0));
  const UnixNanos commit_ahead =
      static_cast<UnixNanos>(config.entropy.commit_ahead_seconds) * kNanosPerSecond;
  RequestLimiter limiter(limiter_rules(config));
  Ingest ingest(config.network, **store, &limiter);
  ProcessMeter meter({.command = {"/proc/self/exe", kMeasure}, .waits = is_virtual});
  EntropySource alone(**registry, *blocks, *policy, {commit_ahead, seed_maker(config.simulation)});
  EvidenceDesk evidence(**store, **registry, config.evidence.max_snippet_bytes);
  std::unique_ptr<QuorumService> quorum;
  if (!config.peers.empty()) {
    Result<std::unique_ptr<QuorumService>> opened =
        QuorumService::open({config, *policy, **store, **registry, evidence, *blocks, *signer,
                             seed_maker(config.simulation), log});
    if (!opened) return fail(opened.error());
    quorum = std::move(*opened);
  }
  const DriverRules rules{
      .network = config.network,
      .commit_ahead = commit_ahead,
      .node_patience = is_virtual ? 0 : config.chain.timeout_seconds * kNanosPerSecond,
      .ingest = &ingest,
      .meter = &meter,
      .agreement = quorum ? &quorum->agreement() : nullptr};
  EntropyMaker& entropy = quorum ? quorum->entropy() : alone;
  EpochDriver driver(*policy, rules, **store, **registry, entropy, log, channels->get());
  std::mutex driver_lock;
  if (Result<void> resumed = driver.resume(); !resumed) return resumed;

  Api::Parts parts{.network = config.network,
                   .policy = *policy,
                   .clock = is_virtual ? static_cast<const Clock&>(virtual_clock) : system_clock,
                   .store = **store,
                   .registry = **registry,
                   .ingest = ingest,
                   .evidence = evidence,
                   .log_signer = *signer,
                   .channels = channels->get(),
                   .max_body_bytes = config.http.max_body_bytes,
                   .intake_checkpoints = &logs.intake(),
                   .network_checkpoints = &logs.network(),
                   .network_log = &logs.network_log(),
                   .witness = logs.witness(),
                   .quorum = quorum ? &quorum->desk() : nullptr,
                   .move_clock = {},
                   .service = nullptr};
  std::optional<Ticker> ticker;
  std::optional<Ticker> exchange_ticker;
  if (is_virtual) {
    parts.move_clock = [&](UnixNanos time) {
      const std::lock_guard lock(driver_lock);
      Result<void> moved = driver.move_clock(virtual_clock, time);
      logs.catch_up();
      return moved;
    };
  } else {
    ticker.emplace(system_clock, [&](UnixNanos since, UnixNanos now) {
      const std::lock_guard lock(driver_lock);
      driver.tick(since, now);
      logs.catch_up();
    });
    // Peers may be slow, and links are due within seconds: on a thread of its own.
    if (quorum) {
      exchange_ticker.emplace(system_clock,
                              [&](UnixNanos, UnixNanos now) { quorum->exchange(now); });
    }
  }
  Metrics metrics(route_names());
  std::optional<BlockingPool> pool(std::in_place, kPoolThreads, kPoolWaiting);
  IntakeQueue queue(ingest, {config.ingest.queue_requests, intake_threads(config)}, &metrics);
  const ServiceParts service{.queue = queue,
                             .pool = *pool,
                             .metrics = metrics,
                             .server = **server,
                             .store_directory = config.store.directory,
                             .reserve_bytes = config.store.reserve_bytes,
                             .wakes_queue = false};
  parts.service = &service;
  logs.start(system_clock);
  Api api(std::move(parts));
  log.info("network {}, policy {} ({}), {} messages and headers logged, {} clock", config.network,
           policy->name, to_hex(rewards::policy_hash(*policy)), (*store)->log_head().size,
           is_virtual ? "virtual" : "system");
  std::cout << "listening on " << (*server)->url() << std::endl;
  manager.tell("READY=1");
  (*server)->run([&](HttpRequest request,
                     HttpReply reply) { api.handle(std::move(request), std::move(reply)); },
                 {.beat = [&] { manager.tell("WATCHDOG=1"); },
                  .on_drain = [&] { manager.tell("STOPPING=1"); },
                  .after_burst = [&] { queue.wake(); }});
  exchange_ticker.reset();
  pool.reset();  // What was cut off still ends, while all that it needs is there.
  ticker.reset();
  log.info("stopped");
  return {};
}

int run(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == kMeasure) return run_measuring_process();
  CLI::App app("Earshot's verifier: takes messages in, judges epochs, publishes them.");
  app.set_version_flag("--version", "earshot-verifierd " EARSHOT_VERSION);
  app.require_subcommand(1);
  std::string path;
  const auto add_config = [&](CLI::App* command) {
    command->add_option("-c,--config", path, "Configuration file (TOML)")->required();
  };
  CLI::App* serving = app.add_subcommand("serve", "Run the service until SIGTERM");
  add_config(serving);
  CLI::App* config_command = app.add_subcommand("config", "About the configuration file");
  config_command->require_subcommand(1);
  add_config(config_command->add_subcommand("check", "Name everything that is wrong with it"));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_code(Errc::usage);
  }
  const Result<Config> config = read_config(path);
  if (!config) return give_up(config.error());
  if (!serving->parsed()) {
    const Result<rewards::Policy> policy = read_policy(config->policy_file);
    if (!policy) return give_up(policy.error());
    std::cout << path << ": ok\n";
    return 0;
  }
  const std::shared_ptr<spdlog::logger> log = make_service_log(config->log);
  const ServiceManager manager;
  const Result<void> served = serve(*config, *log, manager);
  return served ? 0 : give_up(served.error());
}

}  // namespace
}  // namespace earshot::verifier

int main(int argc, char** argv) { return earshot::verifier::run(argc, argv); }
