// earshot-hotspotd: a hotspot as a process.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "hotspot/config.h"
#include "hotspot/daemon.h"
#include "hotspot/http_transport.h"
#include "hotspot/key_facts.h"

namespace {

using namespace earshot;
using namespace earshot::hotspot;

void log_line(const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); }

// Every problem on its own line; the error is the count.
Result<Config> load_usable(const std::string& path) {
  Result<CheckedConfig> checked = load_config(path);
  if (!checked) return fail(checked.error());
  for (const std::string& problem : checked->problems) log_line(problem);
  if (checked->problems.empty()) return checked->config;
  return fail(Errc::configuration,
              path + ": " + std::to_string(checked->problems.size()) + " problems");
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

// False when SIGINT or SIGTERM comes before `until`.
bool wait_until(UnixNanos until) {
  const sigset_t signals = stop_signals();
  const UnixNanos left = std::max<UnixNanos>(0, until - SystemClock().now());
  const timespec limit = {left / kNanosPerSecond, left % kNanosPerSecond};
  return sigtimedwait(&signals, nullptr, &limit) < 0;
}

Result<void> run(const std::string& config_path, bool once) {
  const Result<Config> config = load_usable(config_path);
  if (!config) return fail(config.error());
  if (config->settings.transmits) {
    return fail(Errc::configuration, config_path +
                                         ": hotspot.transmit: true, but a recording is "
                                         "no transmitter");
  }
  const Result<SigningKey> key = read_key_file(config->key_file);
  if (!key) return fail(key.error());
  const Result<Url> url = parse_url(config->verifier_url);
  if (!url) return fail(url.error());
  HttpTransport transport(*url, config->timeout_seconds);
  const SystemClock clock;
  Result<Hotspot> hotspot = Hotspot::open(identity_from_seed(key->seed), config->settings,
                                          config->state_directory, transport, clock);
  if (!hotspot) return fail(hotspot.error());
  DaemonPorts ports = {nullptr, wait_until, log_line};
  std::unique_ptr<SampleSource> source;
  if (!config->recording.empty()) {
    Result<RecordingSource> recording =
        RecordingSource::open(config->recording, hotspot->overlap_seconds());
    if (!recording) return fail(recording.error());
    source = std::make_unique<RecordingSource>(*std::move(recording));
    ports.source = source.get();
  }
  log_line("hotspot " + to_hex(hotspot->key()) + ", verifier " + config->verifier_url);
  return run_daemon(*hotspot, clock, {once, config->audit_poll_seconds}, ports);
}

Result<void> print_key(const Result<KeyFacts>& facts, bool json) {
  if (!facts) return fail(facts.error());
  std::fputs((json ? to_json(*facts) + "\n" : to_text(*facts)).c_str(), stdout);
  return {};
}

int finish(const Result<void>& outcome) {
  if (outcome) return 0;
  log_line("earshot-hotspotd: " + outcome.error().detail);
  return exit_code(outcome.error().code);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // A full quota is then an error of write(), with a line.
  const sigset_t signals = stop_signals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);

  CLI::App app("A hotspot: hears beacons, signs what it measures, keeps the evidence.");
  app.set_version_flag("--version", "earshot-hotspotd " EARSHOT_VERSION);
  app.require_subcommand(1);
  std::string config_path;
  std::string key_path;
  bool once = false;
  bool json = false;
  Result<void> outcome;
  const auto with_config = [&](CLI::App* command) {
    command->add_option("-c,--config", config_path, "Configuration file (TOML)")->required();
    return command;
  };
  CLI::App* run_command = with_config(app.add_subcommand("run", "Listen, deliver, answer audits"));
  run_command->add_flag("--once", once,
                        "Hear the whole source, send what is due, poll audits once, end");
  run_command->callback([&] { outcome = run(config_path, once); });
  CLI::App* config = app.add_subcommand("config", "The configuration file");
  config->require_subcommand(1);
  with_config(config->add_subcommand("check", "Say everything that is wrong with it"))
      ->callback([&] {
        const Result<Config> loaded = load_usable(config_path);
        outcome = loaded ? Result<void>() : Result<void>(fail(loaded.error()));
        if (loaded) std::puts((config_path + ": ok").c_str());
      });
  CLI::App* key = app.add_subcommand("key", "The hotspot's key file");
  key->require_subcommand(1);
  for (const bool make : {true, false}) {
    CLI::App* command = make ? key->add_subcommand("new", "Make one; never overwrites")
                             : key->add_subcommand("show", "Its public keys");
    command->add_option("FILE", key_path, "Key file, mode 0600")->required();
    command->add_flag("--json", json, "Machine output");
    command->callback(
        [&, make] { outcome = print_key(make ? make_key(key_path) : read_key(key_path), json); });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_code(Errc::usage);
  } catch (const std::exception& error) {
    return finish(fail(Errc::unavailable, std::string("cannot go on: ") + error.what()));
  }
  return finish(outcome);
}
