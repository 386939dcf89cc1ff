#include "hotspot/run_live.h"

#include <malloc.h>

#include <nlohmann/json.hpp>

#include "hotspot/hotspot_name.h"
#include "hotspot/http_transport.h"
#include "hotspot/service_manager.h"
#include "hotspot/status.h"
#include "hotspot/status_server.h"

namespace earshot::hotspot {
namespace {

// In a simulation the verifier's clock follows ours: told before each exchange.
class ClockMovingTransport final : public Transport {
 public:
  ClockMovingTransport(Transport& way, const Clock& clock) : way_(way), clock_(clock) {}
  Result<HttpResponse> exchange(const HttpRequest& request) override {
    const nlohmann::json time = {{"unix_ns", std::to_string(clock_.now())}};
    const std::string text = time.dump();
    // The clock never goes back: another hotspot may have moved it further, which is refused.
    Result<HttpResponse> moved = way_.exchange(
        {"POST", "/v1/simulation/clock", "application/json", {text.begin(), text.end()}});
    if (!moved) return moved;
    return way_.exchange(request);
  }

 private:
  Transport& way_;
  const Clock& clock_;
};

// The first verifier and the others, each with its way.
struct Verifiers {
  std::vector<std::unique_ptr<Transport>> owned;
  std::vector<Transport*> ways;
  std::vector<OtherVerifier> others;

  void add(const Url& url, const Config& config, const Clock& clock) {
    owned.push_back(std::make_unique<HttpTransport>(url, config.timeout_seconds));
    if (config.moves_verifier_clock) {
      Transport& plain = *owned.back();
      owned.push_back(std::make_unique<ClockMovingTransport>(plain, clock));
    }
    ways.push_back(owned.back().get());
    if (ways.size() == 1) return;
    std::string name = url.host + "_" + url.port;
    for (char& c : name) {
      if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-') c = '_';
    }
    others.push_back({name, ways.back()});
  }
};

Result<Verifiers> open_verifiers(const Config& config, const Clock& clock) {
  Verifiers verifiers;
  std::vector<std::string> urls = {config.verifier_url};
  urls.insert(urls.end(), config.other_verifiers.begin(), config.other_verifiers.end());
  for (const std::string& text : urls) {
    const Result<Url> url = parse_url(text);
    if (!url) return fail(url.error());
    verifiers.add(*url, config, clock);
  }
  return verifiers;
}

// What the status server shows: written by the station's thread, read by the server's.
class Board {
 public:
  void show(const nlohmann::json& status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
  }
  std::optional<StatusPage> page(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    if (path == "/status") return StatusPage{"application/json", status_.dump() + "\n"};
    if (path == "/metrics") return StatusPage{"text/plain; version=0.0.4", metrics_of(status_)};
    return std::nullopt;
  }

 private:
  mutable std::mutex mutex_;
  nlohmann::json status_ = nlohmann::json::object();
};

// Tells systemd that we live, as long as samples come.
class Watchdog {
 public:
  void look(const LiveFacts& facts) {
    if (facts.hears) notify_service_manager("WATCHDOG=1");
    if (facts.hears && !ready_) notify_service_manager("READY=1\nSTATUS=listening");
    ready_ = ready_ || facts.hears;
  }

 private:
  bool ready_ = false;
};

// Tells who reads the log that the device was gone, once it is back.
class DeviceNews {
 public:
  explicit DeviceNews(std::function<void(const std::string&)> log) : log_(std::move(log)) {}
  void look(const radio::RadioCounters& counters) {
    const std::uint64_t reopenings = counters.reopenings;
    if (reopenings > told_) {
      log_("the device gave no samples and was opened anew, " + std::to_string(reopenings) +
           " times so far");
    }
    told_ = reopenings;
  }

 private:
  std::function<void(const std::string&)> log_;
  std::uint64_t told_ = 0;
};

// Long frames take many megabytes of samples for seconds. What was freed of them shall not stay
// with each thread that ever held some: whatever is larger than this goes back to the system.
void give_memory_back() {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace

Result<void> run_live(const Config& config, const SigningKey& key, const LiveProcess& process) {
  give_memory_back();
  const SystemClock system_clock;
  Result<std::unique_ptr<radio::Radio>> radio = radio::Radio::open(config.radio, system_clock);
  if (!radio) return fail(radio.error());
  const RadioClock radio_clock(**radio);
  const Clock& clock = config.lockstep ? static_cast<const Clock&>(radio_clock) : system_clock;

  Settings settings = config.settings;
  settings.delivery.prompt = true;
  Result<Verifiers> verifiers = open_verifiers(config, clock);
  if (!verifiers) return fail(verifiers.error());
  Result<Hotspot> hotspot =
      Hotspot::open(identity_from_seed(key.seed), settings, config.state_directory,
                    *verifiers->ways.front(), clock, {}, verifiers->others);
  if (!hotspot) return fail(hotspot.error());
  const radio::Tuning& tuning = config.radio.receive;
  Result<Listener> listener =
      Listener::create(hotspot->key(), settings, tuning.rate_hz, tuning.centre_hz);
  if (!listener) return fail(listener.error());
  Live live(**radio, *listener, {config.lockstep});

  BeaconPorts ports;
  ports.verifiers = verifiers->ways;
  ports.send = [&](const radio::Burst& burst) { return (*radio)->send(burst); };
  ports.sent = [&] { return (*radio)->sent(0); };
  ports.channel_dbm = [&](double hertz, double s) { return live.channel_dbm(hertz, s); };
  ports.log = process.log;
  Beaconer beaconer(*hotspot, settings,
                    {config.radio.transmit.rate_hz, config.transmit_full_scale_dbm.value_or(0)},
                    ports);
  Beaconer* const sender = settings.transmits ? &beaconer : nullptr;
  Station station(*hotspot, sender, {config.audit_poll_seconds, config.timeout_seconds},
                  process.log);

  Board board;
  std::unique_ptr<StatusServer> server;
  if (!config.status_address.empty()) {
    auto listening = StatusServer::listen(
        config.status_address, [&](const std::string& path) { return board.page(path); });
    if (!listening) return fail(listening.error());
    server = *std::move(listening);
    process.log("status at http://" + server->address() + "/status");
  }
  process.log("hotspot " + to_hex(hotspot->key()) + " (" + name_of(hotspot->key()) + ") on " +
              config.radio.device + (sender != nullptr ? ", with beacons" : ", listens only"));
  Watchdog watchdog;
  DeviceNews device_news(process.log);
  const Result<void> outcome = live.run(
      station,
      {&clock, process.wait, [&](const LiveFacts& facts) {
         watchdog.look(facts);
         device_news.look((*radio)->counters());
         board.show(status_of({*hotspot, settings, **radio, station, sender, facts, clock.now()}));
       }});
  notify_service_manager("STOPPING=1");
  return outcome;
}

}  // namespace earshot::hotspot
