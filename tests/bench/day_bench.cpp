// One day of a network of 1,000,000 hotspots, scaled down: 4 beacons a hotspot, 14 witness reports
// a beacon, each message in a batch of its own, through HTTP into the real service's store.
//
//   bench-day [--json] [--short] [--scale N] [--directory DIR]
//
// The day is cut into ten parts; for each the service's CPU time, the wall time and what the store
// has on disk. Growth is linear when the parts cost the same; the whole is scale times as much.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "core/clock.h"
#include "tests/bench/http_load.h"
#include "tests/bench/server_process.h"
#include "tests/doubles/fake_signer.h"

namespace {

using namespace earshot;         // NOLINT: a program, not a header
using namespace earshot::bench;  // NOLINT
using Json = nlohmann::json;
using verifier::FakeSigner;
using verifier::SignedBatch;
namespace fs = std::filesystem;

constexpr std::size_t kHotspots = 1'000'000;  // Given: DESIGN section 8's largest world.
constexpr std::size_t kBeaconsADay = 4;       // One in each window of 6 h.
constexpr std::size_t kWitnesses = 14;        // Given: Helium's limit, 56 M reports a day.
constexpr std::size_t kParts = 10;
constexpr Round kRoundsADay = 1440;
constexpr std::size_t kConnections = 64;

std::uint64_t bytes_in(const fs::path& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    std::error_code gone;  // The store removes files as it goes.
    const std::uint64_t size = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

class Day {
 public:
  explicit Day(std::size_t scale) {
    for (std::size_t i = 0; i < std::max<std::size_t>(kHotspots / scale, kWitnesses + 1); ++i) {
      hotspots_.emplace_back(static_cast<std::uint8_t>(i));
      hotspots_.back().key = signing_key_from_seed(random_seed());
    }
  }
  std::size_t hotspots() const { return hotspots_.size(); }
  std::size_t beacons() const { return hotspots_.size() * kBeaconsADay; }
  std::size_t reports() const { return beacons() * kWitnesses; }

  std::vector<Requests> onboardings() {
    std::vector<Requests> load(kConnections);
    for (std::size_t i = 0; i < hotspots_.size(); ++i) {
      add(load, i, hotspots_[i].onboarding(first_));
    }
    return load;
  }
  // Of kParts; in order, since each hotspot's headers are.
  std::vector<Requests> part(std::size_t number) {
    std::vector<Requests> load(kConnections);
    const std::size_t begin = beacons() * number / kParts;
    const std::size_t end = beacons() * (number + 1) / kParts;
    for (std::size_t beacon = begin; beacon < end; ++beacon) {
      const Round round = first_ + beacon * kRoundsADay / beacons();
      const std::size_t speaker = random_() % hotspots_.size();
      // No two beacons of a hotspot in one round contradict each other: both are the same.
      add(load, speaker,
          BeaconReport{.hotspot = hotspots_[speaker].key.public_key,
                       .round = round,
                       .frequency_hz = 868'100'000,
                       .spreading_factor = 7,
                       .bandwidth_hz = kBeaconBandwidthHz});
      Tag tag{};
      for (std::uint8_t& byte : tag) byte = static_cast<std::uint8_t>(random_());
      for (std::size_t i = 1; i <= kWitnesses; ++i) {
        const std::size_t witness = (speaker + i * 7) % hotspots_.size();
        WitnessReport report = hotspots_[witness].witness(round, 0);
        report.tag = tag;
        add(load, witness, report);
      }
    }
    return load;
  }

 private:
  void add(std::vector<Requests>& load, std::size_t hotspot, const Message& message) {
    const SignedBatch batch = hotspots_[hotspot].sign({message});
    const Bytes header = batch.header_bytes();
    const Bytes body = batch.body_bytes();
    Requests& requests = load[hotspot % kConnections];
    requests.push_back(post_request("/v1/headers", std::string(header.begin(), header.end())));
    requests.push_back(post_request("/v1/bodies", std::string(body.begin(), body.end())));
  }

  std::vector<FakeSigner> hotspots_;
  const Round first_ = round_at(SystemClock().now()) - 2 * kRoundsADay;
  std::mt19937_64 random_{20'261'126};
};

std::string write_config(const fs::path& directory) {
  const fs::path path = directory / "verifierd.toml";
  std::ofstream(path) << "network = " << verifier::kTestNetwork << "\npolicy_file = \""
                      << EARSHOT_SOURCE_DIR << "/rewards/policies/earshot-1.toml\"\n"
                      << "[http]\nport = 0\n[ingest]\nkey_requests_per_second = 0\n"
                      << "strangers_per_second = 0\n[store]\nreserve_bytes = 0\n"
                      << "directory = \"store\"\n[chain]\nrpc_url = \"http://127.0.0.1:9\"\n"
                      << "[log]\nlevel = \"error\"\n";
  return path.string();
}

// Exits when anything was answered otherwise than taken; a beacon that came twice is held.
LoadOutcome taken(std::uint16_t port, const std::vector<Requests>& load) {
  LoadOutcome outcome = run_load(port, load);
  for (const auto& [status, count] : outcome.statuses) {
    if (status == 202 || status == 200) continue;
    std::fprintf(stderr, "answered %d\n", status);
    std::exit(1);
  }
  return outcome;
}

Json run(const std::string& binaries, const fs::path& directory, std::size_t scale) {
  Day day(scale);
  const ServerProcess server(
      {binaries + "/earshot-verifierd", "serve", "-c", write_config(directory)}, -1, true);
  const std::string& line = server.first_line();
  const auto port = static_cast<std::uint16_t>(std::atoi(line.substr(line.rfind(':') + 1).c_str()));
  taken(port, day.onboardings());
  Json parts = Json::array();
  const std::uint64_t disk_before = bytes_in(directory);
  double cpu_s = 0;
  double wall_s = 0;
  std::vector<double> part_cpu_s;
  for (std::size_t i = 0; i < kParts; ++i) {
    const std::vector<Requests> load = day.part(i);
    const double before = server.cpu_s();
    const LoadOutcome outcome = taken(port, load);
    part_cpu_s.push_back(server.cpu_s() - before);
    cpu_s += part_cpu_s.back();
    wall_s += outcome.wall_s;
    const std::uint64_t disk = bytes_in(directory) - disk_before;
    parts.push_back(
        {{"cpu_s", part_cpu_s.back()}, {"wall_s", outcome.wall_s}, {"disk_bytes", disk}});
    std::fprintf(stderr, "part %zu of %zu: %.1f s CPU, %.1f s, %.0f MB on disk\n", i + 1, kParts,
                 part_cpu_s.back(), outcome.wall_s, static_cast<double>(disk) / 1e6);
  }
  const double disk = parts.back()["disk_bytes"];
  const auto times = static_cast<double>(kHotspots) / static_cast<double>(day.hotspots());
  double first_half = 0;
  for (std::size_t i = 0; i < kParts / 2; ++i) first_half += part_cpu_s[i];
  return {{"scale", times},
          {"hotspots", day.hotspots()},
          {"beacons", day.beacons()},
          {"reports", day.reports()},
          {"parts", parts},
          {"cpu_s", cpu_s},
          {"wall_s", wall_s},
          {"disk_bytes", disk},
          {"disk_bytes_per_report", disk / static_cast<double>(day.reports())},
          {"second_half_to_first_cpu", (cpu_s - first_half) / first_half},
          {"second_half_to_first_disk", (disk - parts[kParts / 2 - 1]["disk_bytes"].get<double>()) /
                                            parts[kParts / 2 - 1]["disk_bytes"].get<double>()},
          {"peak_rss_bytes", server.peak_rss_bytes()},
          {"whole_day_cpu_s", cpu_s * times},
          {"whole_day_cores", cpu_s * times / 86'400},
          {"whole_day_disk_bytes", disk * times}};
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t scale = 50;
  bool as_json = false;
  fs::path directory = fs::temp_directory_path() / ("bench-day-" + std::to_string(getpid()));
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--short") {
      scale = 50'000;
    } else if (word == "--json") {
      as_json = true;
    } else if (word == "--scale" && i + 1 < argc) {
      scale = std::strtoul(argv[++i], nullptr, 10);
    } else if (word == "--directory" && i + 1 < argc) {
      directory = argv[++i];
    } else {
      scale = 0;
    }
  }
  if (scale == 0) {
    std::fprintf(stderr, "bench-day [--json] [--short] [--scale N] [--directory DIR]\n");
    return 2;
  }
  fs::create_directories(directory);
  const Json out = run(fs::read_symlink("/proc/self/exe").parent_path().string(), directory, scale);
  fs::remove_all(directory);
  if (as_json) {
    std::printf("%s\n", out.dump(1).c_str());
  } else {
    for (const auto& [name, value] : out.items()) {
      std::printf("%-28s %s\n", name.c_str(), value.dump().c_str());
    }
  }
  return 0;
}
