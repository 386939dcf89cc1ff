// earshot-hotspotd: a hotspot as a process.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "hotspot/config.h"
#include "hotspot/daemon.h"
#include "hotspot/doctor.h"
#include "hotspot/http_transport.h"
#include "hotspot/key_facts.h"
#include "hotspot/onboard_command.h"
#include "hotspot/radio_commands.h"
#include "hotspot/run_live.h"

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
  const Result<SigningKey> key = read_key_file(config->key_file);
  if (!key) return fail(key.error());
  if (!config->radio.device.empty()) {
    if (once) return fail(Errc::usage, "--once: a device has no end; it is for recordings");
    return run_live(*config, *key, {wait_until, log_line});
  }
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

// Runs a command that needs configuration and key; what it answers goes to standard output.
template <class Command>
Result<void> with_key(const std::string& config_path, const Command& command) {
  const Result<Config> config = load_usable(config_path);
  if (!config) return fail(config.error());
  const Result<SigningKey> key = read_key_file(config->key_file);
  if (!key) return fail(key.error());
  const Result<std::string> text = command(*config, *key);
  if (!text) return fail(text.error());
  std::fputs(text->c_str(), stdout);
  return {};
}

Result<void> print_key(const Result<KeyFacts>& facts, bool json) {
  if (!facts) return fail(facts.error());
  std::fputs((json ? to_json(*facts) + "\n" : to_text(*facts)).c_str(), stdout);
  return {};
}

Result<void> print(const Result<std::string>& text) {
  if (!text) return fail(text.error());
  std::fputs(text->c_str(), stdout);
  return {};
}

void print_line(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);  // As it comes, into a pipe too.
}

Result<void> run_doctor(const Config& config, bool json) {
  const std::vector<Finding> findings = examine(config);
  std::fputs((json ? to_json(findings) : to_text(findings)).c_str(), stdout);
  if (is_healthy(findings)) return {};
  return fail(Errc::check_failed, "not ready: see what is marked BAD");
}

// What the command line says; each command sets `outcome`.
struct CommandLine {
  std::string config_path, key_path, other_path, device, signature;
  bool once = false, json = false;
  double seconds = 0, noise_figure_db = 6;
  Result<void> outcome;

  CLI::App* add(CLI::App& app, const char* name, const char* help) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("-c,--config", config_path, "Configuration file (TOML)")->required();
    return command;
  }
  CLI::App* with_json(CLI::App* command) {
    command->add_flag("--json", json, "Machine output");
    return command;
  }
  // Runs `work` with the configuration once that is usable.
  void with_config(const std::function<Result<void>(const Config&)>& work) {
    const Result<Config> config = load_usable(config_path);
    outcome = config ? work(*config) : Result<void>(fail(config.error()));
  }
};

void add_daemon_commands(CLI::App& app, CommandLine& line) {
  CLI::App* run_command = line.add(app, "run", "Listen, beacon, deliver, answer audits");
  run_command->add_flag("--once", line.once,
                        "A recording: hear all of it, send what is due, poll audits once, end");
  run_command->callback([&] { line.outcome = run(line.config_path, line.once); });
  line.with_json(line.add(app, "doctor", "Look at everything that could be wrong"))->callback([&] {
    line.with_config([&](const Config& config) { return run_doctor(config, line.json); });
  });
  line.with_json(line.add(app, "status", "How the running daemon is"))->callback([&] {
    line.with_config([&](const Config& config) { return print(fetch_status(config, line.json)); });
  });
  CLI::App* config = app.add_subcommand("config", "The configuration file");
  config->require_subcommand(1);
  line.add(*config, "check", "Say everything that is wrong with it")->callback([&] {
    line.with_config([&](const Config&) { return print(line.config_path + ": ok\n"); });
  });
}

void add_radio_commands(CLI::App& app, CommandLine& line) {
  CLI::App* devices = app.add_subcommand("devices", "The devices of one driver, what they can do");
  devices->add_option("ARGUMENTS", line.device, "SoapySDR arguments, like driver=rtlsdr")
      ->required();
  line.with_json(devices)->callback(
      [&] { line.outcome = print(describe_devices(line.device, line.json)); });
  CLI::App* listen_command =
      line.with_json(line.add(app, "listen", "Show the spectrum and anybody's LoRa frames"));
  listen_command->add_option("--seconds", line.seconds, "How long; 0: until interrupted");
  listen_command->callback([&] {
    line.with_config([&](const Config& config) {
      return listen(config, {line.json, line.seconds, wait_until, print_line});
    });
  });
  CLI::App* calibrate_command = line.with_json(
      line.add(app, "calibrate", "Full scale in dBm from thermal noise, for [calibration]"));
  calibrate_command
      ->add_option("--noise-figure", line.noise_figure_db,
                   "The receiver's noise figure at these gains, dB; terminate its input")
      ->required();
  calibrate_command->callback([&] {
    line.with_config([&](const Config& config) {
      return print(calibrate(config, line.noise_figure_db, line.json));
    });
  });
}

void add_key_commands(CLI::App& app, CommandLine& line) {
  CLI::App* key = app.add_subcommand("key", "The hotspot's key file");
  key->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, const char* file) {
    CLI::App* command = key->add_subcommand(name, help);
    command->add_option(file, line.key_path, "Key file, mode 0600")->required();
    return line.with_json(command);
  };
  add("new", "Make one; never overwrites", "FILE")->callback([&] {
    line.outcome = print_key(make_key(line.key_path), line.json);
  });
  add("show", "Its name and public keys", "FILE")->callback([&] {
    line.outcome = print_key(read_key(line.key_path), line.json);
  });
  CLI::App* backup = add("backup", "Copy it to a place that is kept elsewhere", "FILE");
  CLI::App* restore = add("restore", "Copy a backup back", "BACKUP");
  backup->add_option("BACKUP", line.other_path, "Where to; never overwrites")->required();
  restore->add_option("FILE", line.other_path, "Where to; never overwrites")->required();
  for (CLI::App* command : {backup, restore}) {
    command->callback(
        [&] { line.outcome = print_key(copy_key(line.key_path, line.other_path), line.json); });
  }
}

void add_onboard_commands(CLI::App& app, CommandLine& line) {
  CLI::App* onboard = app.add_subcommand("onboard", "Registration, signed by the owner");
  onboard->require_subcommand(1);
  line.add(*onboard, "file", "What the owner's wallet signs (EIP-712), as JSON")->callback([&] {
    line.outcome = with_key(line.config_path, onboarding_file);
  });
  CLI::App* send =
      line.add(*onboard, "send", "Check the owner's signature and send the registration");
  send->add_option("FILE", line.other_path, "What `onboard file` printed")->required();
  send->add_option("SIGNATURE", line.signature, "The wallet's, 65 bytes of hex")->required();
  send->callback([&] {
    line.outcome = with_key(line.config_path, [&](const Config& config, const SigningKey& key) {
      Result<std::string> text = send_onboarding(config, key, line.other_path, line.signature);
      if (text) *text += "\n";
      return text;
    });
  });
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

  CLI::App app("A hotspot: hears beacons, sends its own, signs what it measures, keeps evidence.");
  app.set_version_flag("--version", "earshot-hotspotd " EARSHOT_VERSION);
  app.require_subcommand(1);
  CommandLine line;
  add_daemon_commands(app, line);
  add_radio_commands(app, line);
  add_onboard_commands(app, line);
  add_key_commands(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_code(Errc::usage);
  } catch (const std::exception& error) {
    return finish(fail(Errc::unavailable, std::string("cannot go on: ") + error.what()));
  }
  return finish(line.outcome);
}
