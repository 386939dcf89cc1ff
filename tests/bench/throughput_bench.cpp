// How fast the receiver is on one core, what it holds, and how soon after a frame it reports it.
//
//   bench-throughput [--json] [--short]
//
// CPU time of the process. Idle is noise alone; busy has frames one after the other in every
// channel. The peer's figures are gr-lora_sdr 862746d's (soft decisions), one core of the same
// kind.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "tests/bench/extraction.h"
#include "tests/bench/scene.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kPiece = 20000;  // Samples a push: 10 ms of the gateway's stream.
constexpr double kBusySnr = 10;

double bytes_in_use() { return static_cast<double>(mallinfo2().uordblks); }

// Frames one after the other, `gap` symbols apart, at amplitude 1; how many.
std::size_t fill_channel(Samples& samples, double rate_hz, double offset_hz,
                         const std::vector<int>& factors, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  double start = 1000;
  for (std::size_t frames = 0;; ++frames) {
    TestFrame frame;
    frame.params.spreading_factor = factors[frames % factors.size()];
    frame.payload = random_payload(random, kPayloadBytes);
    frame.start_sample = start + static_cast<double>(random() % 1000) / 1000;
    frame.carrier_hz = offset_hz + static_cast<double>(random() % 10000) - 5000;
    start +=
        (frame_seconds(frame.params, kPayloadBytes) + 4 * symbol_seconds(frame.params)) * rate_hz;
    if (start > static_cast<double>(samples.size())) return frames;
    frame.add_to(samples, rate_hz);
  }
}

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
  const double begun = cpu_seconds();
  for (std::size_t at = 0; at < samples.size(); at += kPiece) {
    const std::size_t size = std::min(kPiece, samples.size() - at);
    pushed += static_cast<double>(size);
    receiver->push(samples.subspan(at, size), count);
    run.bytes = std::max(run.bytes, bytes_in_use() - before);
  }
  run.seconds = cpu_seconds() - begun;
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
  std::size_t sent = 0;
  for (int i = 0; i < kGatewayChannels; ++i) {
    std::vector<int> factors = {7, 8, 9, 10, 11, 12};
    std::rotate(factors.begin(), factors.begin() + i % 6, factors.end());
    sent += fill_channel(samples, kGatewayRate, 200e3 * i - 700e3, factors,
                         static_cast<std::uint64_t>(i));
  }
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

// One channel, one spreading factor, one sample per chip.
nlohmann::json measure_single(int spreading_factor, std::size_t count, double peer_idle,
                              double peer_busy) {
  Samples samples(count);
  add_noise(samples, {8, 8}, 0, 1 / power_ratio(kBusySnr));
  ReceiverConfig config;
  config.rate_hz = kBandwidth;
  config.channels = {{0, kBandwidth}};
  config.spreading_factors = {spreading_factor};
  const Run idle = listen(config, samples, spreading_factor);
  const std::size_t sent = fill_channel(samples, kBandwidth, 0, {spreading_factor}, 9);
  const Run busy = listen(config, samples, spreading_factor);
  const double million = static_cast<double>(count) / 1e6;
  nlohmann::json figures;
  figures["sf"] = spreading_factor;
  figures["idle_msamples_per_s"] = million / idle.seconds;
  figures["busy_msamples_per_s"] = million / busy.seconds;
  figures["peer_idle_msamples_per_s"] = peer_idle;
  figures["peer_busy_msamples_per_s"] = peer_busy;
  figures["idle_over_peer"] = million / idle.seconds / peer_idle;
  figures["busy_over_peer"] = million / busy.seconds / peer_busy;
  figures["frames_sent"] = sent;
  figures["frames_heard"] = busy.frames;
  figures["latency_ms"] = busy.latency_ms;
  return figures;
}

nlohmann::json run(bool is_short) {
  nlohmann::json figures = {{"benchmark", "throughput"}, {"short", is_short}};
  figures["gateway"] = measure_gateway(is_short ? 0.5 : 12);
  const std::size_t count = is_short ? 200000 : 8000000;
  figures["single"] = {measure_single(7, count, 19.9, 2.29), measure_single(9, count, 34.3, 4.8),
                       measure_single(12, count, 45.2, 5.25)};
  return figures;
}

void print(const nlohmann::json& figures) {
  const nlohmann::json& gateway = figures["gateway"];
  const auto number = [](const nlohmann::json& from, const char* name) {
    return from[name].get<double>();
  };
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
  std::printf("one channel, one spreading factor, one sample per chip, millions a second\n");
  for (const nlohmann::json& single : figures["single"]) {
    std::printf(
        "  SF%-2d idle %6.1f (%.1f times the peer), busy %5.1f (%.1f times); %.0f of %.0f\n",
        single["sf"].get<int>(), number(single, "idle_msamples_per_s"),
        number(single, "idle_over_peer"), number(single, "busy_msamples_per_s"),
        number(single, "busy_over_peer"), number(single, "frames_heard"),
        number(single, "frames_sent"));
  }
}

}  // namespace
}  // namespace earshot::radio

int main(int argc, char** argv) {
  bool json = false;
  bool is_short = false;
  CLI::App app("How fast the receiver is on one core, what it holds, how soon it reports");
  app.add_flag("--json", json, "figures as JSON");
  app.add_flag("--short", is_short, "half a second of everything, for the tests");
  CLI11_PARSE(app, argc, argv);
  const nlohmann::json figures = earshot::radio::run(is_short);
  if (json) {
    std::cout << figures.dump() << "\n";
  } else {
    earshot::radio::print(figures);
  }
  return 0;
}
