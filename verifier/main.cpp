// earshot-verifierd: the service, wired on one screen.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <thread>

#include "verifier/api.h"
#include "verifier/epoch_driver.h"
#include "verifier/evidence_retention.h"
#include "verifier/matured_epochs.h"
#include "verifier/message_retention.h"
#include "verifier/opened.h"
#include "verifier/quorum/quorum_service.h"
#include "verifier/sandbox.h"
#include "verifier/service_log.h"
#include "verifier/service_manager.h"
#include "verifier/ticker.h"

namespace earshot::verifier {
namespace {

// The process that measures evidence is this program again, in a sandbox (sandbox.h).
constexpr const char* kMeasure = "measure-evidence";

// One line for each problem, on standard error, and the exit code (DESIGN section 9).
int give_up(const Error& error) {
  std::cerr << "earshot-verifierd: " << error.detail << "\n";
  return exit_code(error.code);
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

// What takes messages in and judges epochs, alone or with peers.
struct Judging {
  RequestLimiter limiter;
  Ingest ingest;
  ProcessMeter meter;
  EntropySource alone;
  EvidenceDesk evidence;
  std::unique_ptr<QuorumService> quorum;  // Null without peers.
  std::optional<EpochDriver> driver;
  std::mutex driver_lock;

  Judging(const Config& config, Opened& opened)
      : limiter(limiter_rules(config)),
        ingest(config.network, *opened.store, &limiter),
        meter({.command = {"/proc/self/exe", kMeasure}, .waits = config.simulation.virtual_clock}),
        alone(*opened.registry, *opened.blocks, opened.policy,
              {commit_ahead(config), seed_maker(config.simulation)}),
        evidence(*opened.store, *opened.registry, config.evidence.max_snippet_bytes) {}

  static UnixNanos commit_ahead(const Config& config) {
    return static_cast<UnixNanos>(config.entropy.commit_ahead_seconds) * kNanosPerSecond;
  }

  Result<void> start(const Config& config, Opened& opened, const Clock& clock,
                     spdlog::logger& log) {
    if (!config.peers.empty()) {
      auto made =
          keep(QuorumService::open({config, opened.policy, *opened.store, *opened.registry,
                                    evidence, *opened.blocks, opened.signer,
                                    seed_maker(config.simulation), log, opened.channels.get()}),
               quorum);
      if (!made) return made;
      if (opened.channels) opened.channels->consult(quorum->reservations());
    }
    const bool is_virtual = config.simulation.virtual_clock;
    const DriverRules rules{
        .network = config.network,
        .commit_ahead = commit_ahead(config),
        .node_patience = is_virtual ? 0 : config.chain.timeout_seconds * kNanosPerSecond,
        .ingest = &ingest,
        .meter = &meter,
        .on_sealed = [&opened](
                         const EpochRecord& record,
                         const EpochOutcome& outcome) { opened.logs->offer(record, outcome); },
        .agreement = quorum ? &quorum->agreement() : nullptr};
    EntropyMaker& entropy = quorum ? quorum->entropy() : alone;
    // Several verifiers settle channels by what they agreed on.
    driver.emplace(opened.policy, rules, *opened.store, *opened.registry, entropy, log,
                   quorum ? nullptr : opened.channels.get());
    return driver->resume(clock.now());
  }
};

constexpr UnixNanos kDay = 86'400 * kNanosPerSecond;
constexpr UnixNanos kRetentionPause = 600 * kNanosPerSecond;  // Chosen: nobody waits for it.

// With a contract the chain says when snippets may go.
RetentionRules retention_rules(const Config& config) {
  RetentionRules rules{
      .keep = config.evidence.keep_days * kDay, .matured = {}, .pause = kRetentionPause};
  const std::string& contract =
      config.quorum.contract.empty() ? config.channels.contract : config.quorum.contract;
  if (!contract.empty()) {
    rules.matured = matured_epochs(config.chain.rpc_url, config.network, contract,
                                   std::chrono::seconds(config.chain.timeout_seconds));
  }
  return rules;
}

MessageRetentionRules message_retention_rules(const Config& config, const Opened& opened,
                                              QuorumService* quorum) {
  MessageRetentionRules rules{
      .keep = config.store.keep_days * kDay,
      .pause = kRetentionPause,
      .published = [&log = opened.logs->network_log()] { return log.head().size; },
      .forget_agreement = {}};
  if (quorum != nullptr) {
    rules.forget_agreement = [quorum](std::uint64_t epoch) { return quorum->forget(epoch); };
  }
  return rules;
}

Api::Parts api_parts(const Config& config, const Clock& clock, Opened& opened, Judging& judging) {
  return {.network = config.network,
          .policy = opened.policy,
          .clock = clock,
          .store = *opened.store,
          .registry = *opened.registry,
          .ingest = judging.ingest,
          .evidence = judging.evidence,
          .log_signer = opened.signer,
          .channels = opened.channels.get(),
          .max_body_bytes = config.http.max_body_bytes,
          .intake_checkpoints = &opened.logs->intake(),
          .network_checkpoints = &opened.logs->network(),
          .network_log = &opened.logs->network_log(),
          .witness = opened.logs->witness(),
          .quorum = judging.quorum ? &judging.quorum->desk() : nullptr,
          .move_clock = {},
          .service = nullptr};
}

ServiceParts service_parts(const Config& config, const Opened& opened, IntakeQueue& queue,
                           BlockingPool& pool, Metrics& metrics) {
  return {.queue = queue,
          .pool = pool,
          .metrics = metrics,
          .server = *opened.server,
          .store_directory = config.store.directory,
          .reserve_bytes = config.store.reserve_bytes,
          .wakes_queue = false};
}

void announce(const Config& config, const Opened& opened, spdlog::logger& log) {
  log.info("network {}, policy {} ({}), {} messages and headers logged, {} clock", config.network,
           opened.policy.name, to_hex(rewards::policy_hash(opened.policy)),
           opened.store->log_head().size, config.simulation.virtual_clock ? "virtual" : "system");
  std::cout << "listening on " << opened.server->url() << "\n" << std::flush;
}

Result<void> serve(const Config& config, spdlog::logger& log, const ServiceManager& manager) {
  Opened opened;
  if (Result<void> done = open(config, log, opened); !done) return done;
  Judging judging(config, opened);
  const bool is_virtual = config.simulation.virtual_clock;
  const SystemClock system_clock;
  VirtualClock virtual_clock(opened.virtual_time.value_or(0));
  const Clock& clock = is_virtual ? static_cast<const Clock&>(virtual_clock) : system_clock;
  if (auto started = judging.start(config, opened, clock, log); !started) return started;

  Api::Parts parts = api_parts(config, clock, opened, judging);
  EvidenceRetention retention(opened.policy, retention_rules(config), *opened.store,
                              *opened.registry, log);
  MessageRetention message_retention(
      {opened.policy, *opened.store, *opened.registry, judging.ingest, log},
      message_retention_rules(config, opened, judging.quorum.get()));
  const auto tidy = [&](UnixNanos now) {
    retention.tick(now);
    message_retention.tick(now);
  };
  std::optional<Ticker> ticker;
  std::optional<Ticker> exchange_ticker;
  std::optional<Ticker> retention_ticker;
  if (is_virtual) {
    parts.move_clock = [&](UnixNanos time) {
      const std::lock_guard lock(judging.driver_lock);
      Result<void> moved = judging.driver->move_clock(virtual_clock, time);
      opened.logs->catch_up();
      tidy(virtual_clock.now());
      return moved;
    };
  } else {
    ticker.emplace(system_clock, [&](UnixNanos since, UnixNanos now) {
      const std::lock_guard lock(judging.driver_lock);
      judging.driver->tick(since, now);
      opened.logs->catch_up();
    });
    // The node may be slow, and giving back room takes a while.
    retention_ticker.emplace(system_clock, [&](UnixNanos, UnixNanos now) { tidy(now); });
    // Peers may be slow, and links are due within seconds: on a thread of its own.
    if (judging.quorum) {
      exchange_ticker.emplace(system_clock,
                              [&](UnixNanos, UnixNanos now) { judging.quorum->exchange(now); });
    }
  }
  Metrics metrics(route_names());
  std::optional<BlockingPool> pool(std::in_place, kPoolThreads, kPoolWaiting);
  IntakeQueue queue(judging.ingest, {config.ingest.queue_requests, intake_threads(config)},
                    &metrics);
  const ServiceParts service = service_parts(config, opened, queue, *pool, metrics);
  parts.service = &service;
  opened.logs->start(system_clock);
  Api api(std::move(parts));
  announce(config, opened, log);
  manager.tell("READY=1");
  opened.server->run([&](HttpRequest request,
                         HttpReply reply) { api.handle(std::move(request), std::move(reply)); },
                     {.beat = [&] { manager.tell("WATCHDOG=1"); },
                      .on_drain = [&] { manager.tell("STOPPING=1"); },
                      .after_burst = [&] { queue.wake(); }});
  exchange_ticker.reset();
  message_retention.stop();
  retention_ticker.reset();
  pool.reset();  // What was cut off still ends, while all that it needs is there.
  ticker.reset();
  log.info("stopped");
  return {};
}

int run(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // A full quota is then an error of write(), as a full disk is.
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

int main(int argc, char** argv) {
  // Memory that is not there, most likely: nothing else is thrown this far.
  try {
    return earshot::verifier::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "earshot-verifierd: %s\n", error.what());
  } catch (...) {
    std::fputs("earshot-verifierd: an unknown error\n", stderr);
  }
  return earshot::exit_code(earshot::Errc::unavailable);
}
