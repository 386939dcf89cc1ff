// How fast the receiver is on one core, what it holds, and how soon after a frame it reports it.
//
//   bench-throughput [--json] [--short] [--sf N] [--peer COMMAND]
//
// CPU time of the process. Idle is noise alone; busy has frames one after the other in every
// channel. With --peer another receiver takes the same samples of the one-channel rows in the same
// run (tests/bench/peer.h says what the command must do); without, the peer's figures are
// gr-lora_sdr 862746d's (soft decisions) on one core of another machine.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "tests/bench/busy_air.h"
#include "tests/bench/extraction.h"
#include "tests/bench/peer.h"
#include "tests/bench/scene.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kPiece = 20000;  // Samples a push: 10 ms of the gateway's stream.
constexpr double kBusySnr = 10;
constexpr int kRepeats = 3;

struct SpeedOptions {
  bool is_short = false;
  int spreading_factor = 0;  // Only one channel at this one; 0: everything.
  std::string peer;          // Command; empty: none.
};

double bytes_in_use() { return static_cast<double>(mallinfo2().uordblks); }

// CPU time without that of its own looks at the memory.
class Watch {
 public:
  template <class Work>
  void time(Work work) {
    const double begun = cpu_seconds();
    work();
    seconds_ += cpu_seconds() - begun;
  }
  double seconds() const { return seconds_; }

 private:
  double seconds_ = 0;
};

struct Run {
  double seconds = 0;  // Of CPU.
  std::size_t frames = 0;
  double bytes = 0;       // The most held.
  double latency_ms = 0;  // The longest from a frame's end to its report, in stream time.
};

// `latency_factor`: frames of this spreading factor count for the latency.
Run listen(const ReceiverConfig& config, SampleView samples, int latency_factor) {
  Run run;
  const double before = bytes_in_use();
  auto receiver = Receiver::create(config);
  double pushed = 0;
  const auto count = [&](const Frame& frame) {
    if (frame.crc_ok != true) return;
    ++run.frames;
    if (frame.params.spreading_factor != latency_factor) return;
    const double late = pushed - frame.start_sample - frame.sample_count;
    run.latency_ms = std::max(run.latency_ms, late / config.rate_hz * 1e3);
  };
  Watch watch;
  for (std::size_t at = 0; at < samples.size(); at += kPiece) {
    const std::size_t size = std::min(kPiece, samples.size() - at);
    pushed += static_cast<double>(size);
    watch.time([&] { receiver->push(samples.subspan(at, size), count); });
    run.bytes = std::max(run.bytes, bytes_in_use() - before);
  }
  run.seconds = watch.seconds();
  pushed = 0;
  receiver->flush([&run](const Frame& frame) { run.frames += frame.crc_ok == true ? 1 : 0; });
  return run;
}

// Eight channels, six spreading factors, 2 MS/s.
nlohmann::json measure_gateway(double seconds) {
  Samples samples(static_cast<std::size_t>(seconds * kGatewayRate));
  const double noise = kGatewayRate / kBandwidth / power_ratio(kBusySnr);
  add_noise(samples, {7, 7}, 0, noise);
  const ReceiverConfig config = gateway();
  const Run idle = listen(config, samples, 7);
  const std::size_t sent = fill_gateway(samples, kGatewayChannels, {7, 8, 9, 10, 11, 12});
  const Run busy = listen(config, samples, 7);
  nlohmann::json figures;
  figures["idle_times_real_time"] = seconds / idle.seconds;
  figures["busy_times_real_time"] = seconds / busy.seconds;
  figures["idle_bytes_held"] = idle.bytes;
  figures["busy_bytes_held"] = busy.bytes;
  figures["frames_sent"] = sent;
  figures["frames_heard"] = busy.frames;
  figures["latency_ms_sf7"] = busy.latency_ms;
  figures["extraction"] = measure_extraction(samples);
  return figures;
}

// The peer's samples a second, measured before by others.
struct KnownPeer {
  int spreading_factor;
  double idle;
  double busy;
};
constexpr std::array<KnownPeer, 3> kKnownPeer = {
    {{7, 19.9e6, 2.29e6}, {9, 34.3e6, 4.8e6}, {12, 45.2e6, 5.25e6}}};

// Fastest of a few runs, ours and the peer's in turn: what else the machine does slows some of
// them.
struct Pace {
  double ours = 0;  // Samples a second.
  double peers = 0;
  Run run;
  int peer_frames = 0;
};
Result<Pace> measure_pace(const ReceiverConfig& config, SampleView samples,
                          const SpeedOptions& options) {
  const int sf = config.spreading_factors.front();
  Pace pace;
  for (int i = 0; i < (options.is_short ? 1 : kRepeats); ++i) {
    pace.run = listen(config, samples, sf);
    pace.ours = std::max(pace.ours, static_cast<double>(samples.size()) / pace.run.seconds);
    if (options.peer.empty()) continue;
    const Result<PeerRun> peer = run_peer(options.peer, samples, sf);
    if (!peer) return fail(peer.error());
    pace.peers = std::max(pace.peers, peer->samples_per_second);
    pace.peer_frames = peer->frames;
  }
  return pace;
}

// One channel, one spreading factor, one sample per chip.
Result<nlohmann::json> measure_single(const KnownPeer& known, std::size_t count,
                                      const SpeedOptions& options) {
  const int sf = known.spreading_factor;
  Samples samples(count);
  add_noise(samples, {8, 8}, 0, 1 / power_ratio(kBusySnr));
  ReceiverConfig config;
  config.rate_hz = kBandwidth;
  config.channels = {{0, kBandwidth}};
  config.spreading_factors = {sf};
  const Result<Pace> idle = measure_pace(config, samples, options);
  if (!idle) return fail(idle.error());
  const std::size_t sent = fill_channel(samples, kBandwidth, 0, {sf}, 9);
  const Result<Pace> busy = measure_pace(config, samples, options);
  if (!busy) return fail(busy.error());
  const bool together = !options.peer.empty();
  const double peer_idle = together ? idle->peers : known.idle;
  const double peer_busy = together ? busy->peers : known.busy;
  nlohmann::json figures;
  figures["sf"] = sf;
  figures["idle_msamples_per_s"] = idle->ours / 1e6;
  figures["busy_msamples_per_s"] = busy->ours / 1e6;
  figures["peer_in_this_run"] = together;
  figures["peer_idle_msamples_per_s"] = peer_idle / 1e6;
  figures["peer_busy_msamples_per_s"] = peer_busy / 1e6;
  figures["idle_over_peer"] = idle->ours / peer_idle;
  figures["busy_over_peer"] = busy->ours / peer_busy;
  figures["frames_sent"] = sent;
  figures["frames_heard"] = busy->run.frames;
  if (together) figures["peer_frames_heard"] = busy->peer_frames;
  figures["latency_ms"] = busy->run.latency_ms;
  return figures;
}

Result<nlohmann::json> run(const SpeedOptions& options) {
  nlohmann::json figures = {{"benchmark", "throughput"}, {"short", options.is_short}};
  if (options.spreading_factor == 0) {
    figures["gateway"] = measure_gateway(options.is_short ? 0.5 : 12);
  }
  figures["single"] = nlohmann::json::array();
  for (const KnownPeer& known : kKnownPeer) {
    if (options.spreading_factor != 0 && options.spreading_factor != known.spreading_factor) {
      continue;
    }
    const auto single = measure_single(known, options.is_short ? 200000 : 8000000, options);
    if (!single) return fail(single.error());
    figures["single"].push_back(*single);
  }
  return figures;
}

double number(const nlohmann::json& from, const char* name) { return from[name].get<double>(); }

void print_gateway(const nlohmann::json& gateway) {
  std::printf("8 channels, SF7..SF12, 2 MS/s, one core\n");
  std::printf("  idle %.1f, busy %.1f times real time; %.0f of %.0f frames\n",
              number(gateway, "idle_times_real_time"), number(gateway, "busy_times_real_time"),
              number(gateway, "frames_heard"), number(gateway, "frames_sent"));
  std::printf("  holds %.1f MB idle, %.1f MB busy; SF7 is reported within %.1f ms\n",
              number(gateway, "idle_bytes_held") / 1e6, number(gateway, "busy_bytes_held") / 1e6,
              number(gateway, "latency_ms_sf7"));
  const nlohmann::json& extraction = gateway["extraction"];
  std::printf("  channels: %.1f ns a sample; liquid's decimators %.1f, its filterbank %.1f times\n",
              number(extraction, "ours_ns_per_sample"),
              number(extraction, "liquid_decimators_over_ours"),
              number(extraction, "liquid_filterbank_over_ours"));
}

void print(const nlohmann::json& figures) {
  if (figures.contains("gateway")) print_gateway(figures["gateway"]);
  std::printf("one channel, one spreading factor, one sample per chip, millions a second\n");
  for (const nlohmann::json& single : figures["single"]) {
    std::printf(
        "  SF%-2d idle %6.1f, busy %5.1f; %s %5.1f, %4.2f: %.1f and %.1f times; "
        "%.0f of %.0f frames\n",
        single["sf"].get<int>(), number(single, "idle_msamples_per_s"),
        number(single, "busy_msamples_per_s"),
        single["peer_in_this_run"].get<bool>() ? "peer" : "peer elsewhere",
        number(single, "peer_idle_msamples_per_s"), number(single, "peer_busy_msamples_per_s"),
        number(single, "idle_over_peer"), number(single, "busy_over_peer"),
        number(single, "frames_heard"), number(single, "frames_sent"));
  }
}

}  // namespace
}  // namespace earshot::radio

int main(int argc, char** argv) {
  bool json = false;
  earshot::radio::SpeedOptions options;
  CLI::App app("How fast the receiver is on one core, what it holds, how soon it reports");
  app.add_flag("--json", json, "figures as JSON");
  app.add_flag("--short", options.is_short, "half a second of everything, for the tests");
  app.add_option("--sf", options.spreading_factor, "only one channel at this spreading factor")
      ->check(CLI::IsMember({7, 9, 12}));
  app.add_option("--peer", options.peer,
                 "another receiver to measure in this run: COMMAND FILE SF prints JSON");
  CLI11_PARSE(app, argc, argv);
  const earshot::Result<nlohmann::json> figures = earshot::radio::run(options);
  if (!figures) {
    std::cerr << "bench-throughput: " << figures.error().detail << "\n";
    return 1;
  }
  if (json) {
    std::cout << figures->dump() << "\n";
  } else {
    earshot::radio::print(*figures);
  }
  return 0;
}
