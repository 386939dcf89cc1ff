// How fast the service takes reports in: the real program on one core, its real store, real HTTP
// from a client on another core, against a bare libsodium verification loop on the service's core
// in the same run.
//
//   bench-ingest [--json] [--short] [--directory DIR]
//
// Ratios use CPU time of the service's process, all threads of it and of its store, so that neither
// the client nor other work on the machine counts. Wall time is shown beside it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/clock.h"
#include "core/posting.h"
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

constexpr std::size_t kConnections = 256;
constexpr double kHotspots = 1'000'000;
constexpr int kServerCore = 0;

struct Sizes {
  std::size_t single_reports;   // In batches of one.
  std::size_t batched_reports;  // In batches of a hundred.
  std::size_t requests;         // Of those that store nothing.
  std::size_t verifications;
};
// Reports: about four times what the store keeps in memory.
constexpr Sizes kFull = {240'000, 400'000, 200'000, 20'000};
constexpr Sizes kShort = {640, 6400, 6400, 500};

double thread_cpu_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Verifications a second of CPU time, of a header's id as the service verifies it.
double bare_verify_rate(std::size_t count) {
  pin_to_core(kServerCore);
  FakeSigner signer(1);
  const SignedBatch batch = signer.sign({signer.silence(1)});
  const Hash256 id = header_id(verifier::kTestNetwork, batch.header.header);
  std::size_t good = 0;
  const double begin = thread_cpu_s();
  for (std::size_t i = 0; i < count; ++i) {
    good += crypto_sign_verify_detached(batch.header.signature.data(), id.data(), id.size(),
                                        batch.header.header.signer.data()) == 0
                ? 1
                : 0;
  }
  const double rate = static_cast<double>(good) / (thread_cpu_s() - begin);
  pin_to_core(std::thread::hardware_concurrency() > 1 ? 1 : 0);
  return good == count ? rate : 0;
}

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// A signer for each connection, onboarded; then its batches, each header before its body.
class Reports {
 public:
  explicit Reports(std::size_t signers) {
    for (std::size_t i = 0; i < signers; ++i) {
      signers_.emplace_back(static_cast<std::uint8_t>(i));
      signers_.back().key = signing_key_from_seed(random_seed());
    }
  }
  std::vector<Requests> onboardings() {
    std::vector<Requests> all(signers_.size());
    for (std::size_t i = 0; i < signers_.size(); ++i) {
      add(all[i], signers_[i].sign({signers_[i].onboarding(newest_)}));
    }
    return all;
  }
  // A request for each header and each body, or one for a header and the body before it, which is
  // how hotspots deliver what they hear (hotspot/uploader.h).
  enum class Way : std::uint8_t { one_by_one, together };
  std::vector<Requests> batches(std::size_t reports, std::size_t per_batch, Way way) {
    std::vector<Requests> all(signers_.size());
    std::vector<Bytes> bodies(signers_.size());
    for (std::size_t made = 0; made < reports;) {
      round_ -= 1;
      for (std::size_t i = 0; i < signers_.size() && made < reports; ++i) {
        std::vector<Message> messages;
        for (std::size_t k = 0; k < per_batch; ++k, ++made) {
          messages.emplace_back(signers_[i].witness(round_, static_cast<std::uint8_t>(k)));
        }
        const SignedBatch batch = signers_[i].sign(messages);
        if (way == Way::one_by_one) {
          add(all[i], batch);
          continue;
        }
        Bytes request;
        add_posted(request, PostedType::header, batch.header_bytes());
        if (!bodies[i].empty()) add_posted(request, PostedType::batch, bodies[i]);
        all[i].push_back(post_request("/v1/messages", text_of(request)));
        bodies[i] = batch.body_bytes();
      }
    }
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      if (!bodies[i].empty()) all[i].push_back(post_request("/v1/bodies", text_of(bodies[i])));
    }
    return all;
  }

 private:
  static void add(Requests& requests, const SignedBatch& batch) {
    requests.push_back(post_request("/v1/headers", text_of(batch.header_bytes())));
    requests.push_back(post_request("/v1/bodies", text_of(batch.body_bytes())));
  }

  std::vector<FakeSigner> signers_;
  const Round newest_ = round_at(SystemClock().now());
  Round round_ = newest_ - 1000;  // Over long ago: bodies may come.
};

// What a load cost the server.
struct Cost {
  double cpu_s = 0;
  LoadOutcome outcome;
  double cpu_us_per_answer() const { return 1e6 * cpu_s / static_cast<double>(outcome.answers()); }
};

Cost cost_of(const ServerProcess& server, std::uint16_t port, const std::vector<Requests>& load,
             bool reconnects = false) {
  const double before = server.cpu_s();
  Cost cost{0, run_load(port, load, reconnects)};
  cost.cpu_s = server.cpu_s() - before;
  return cost;
}

void expect_only(const Cost& cost, int status, const char* what) {
  for (const auto& [found, count] : cost.outcome.statuses) {
    if (found == status) continue;
    std::fprintf(stderr, "%s: answered %d %llu times, expected %d\n", what, found,
                 static_cast<unsigned long long>(count), status);
    std::exit(1);
  }
}

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  bind(fd, reinterpret_cast<const sockaddr*>(&at), size);
  getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  close(fd);
  return ntohs(at.sin_port);
}

std::vector<Requests> repeated(const std::string& request, std::size_t count) {
  return std::vector<Requests>(kConnections, Requests(count / kConnections, request));
}

Json figures_of(const Cost& cost, double things) {
  return {{"cpu_us", 1e6 * cost.cpu_s / things},
          {"wall_us", 1e6 * cost.outcome.wall_s / things},
          {"latency_p50_ms", 1e3 * cost.outcome.latency_s(0.5)},
          {"latency_p99_ms", 1e3 * cost.outcome.latency_s(0.99)}};
}

class Bench {
 public:
  Bench(std::string binaries, fs::path directory, Sizes sizes)
      : binaries_(std::move(binaries)), directory_(std::move(directory)), sizes_(sizes) {}

  Json run() {
    measure_ingest();
    measure_requests();
    measure_nginx();
    return std::move(out_);
  }

 private:
  // In a directory of its own, with an empty store.
  std::string write_config(const std::string& name) const {
    fs::create_directories(directory_ / name);
    const fs::path path = directory_ / name / "verifierd.toml";
    std::ofstream(path) << "network = " << verifier::kTestNetwork << "\npolicy_file = \""
                        << EARSHOT_SOURCE_DIR << "/rewards/policies/earshot-1.toml\"\n"
                        << "[http]\nport = 0\nio_threads = 1\n"
                        << "[ingest]\nkey_requests_per_second = 0\nstrangers_per_second = 0\n"
                        << "[store]\nreserve_bytes = 0\ndirectory = \"store\"\n"
                        << "[chain]\nrpc_url = \"http://127.0.0.1:9\"\n"
                        << "[log]\nlevel = \"error\"\n";
    return path.string();
  }
  std::unique_ptr<ServerProcess> start(const std::string& name) {
    auto server =
        std::make_unique<ServerProcess>(std::vector<std::string>{binaries_ + "/earshot-verifierd",
                                                                 "serve", "-c", write_config(name)},
                                        kServerCore, true);
    const std::string& line = server->first_line();
    port_ = static_cast<std::uint16_t>(std::atoi(line.substr(line.rfind(':') + 1).c_str()));
    return server;
  }

  // On a service of its own: what is written behind the answers (tables, merging) is paid for by
  // the reports that it is of, and no report pays for those of another way.
  Cost cost_of_reports(const std::string& name, std::size_t count, std::size_t per_batch,
                       Reports::Way way) {
    const std::unique_ptr<ServerProcess> server = start(name);
    Reports reports(kConnections);
    expect_only(cost_of(*server, port_, reports.onboardings()), 202, "onboarding");
    const std::vector<Requests> load = reports.batches(count, per_batch, way);
    const Cost cost = cost_of(*server, port_, load);
    expect_only(cost, 202, name.c_str());
    peak_rss_bytes_ = std::max(peak_rss_bytes_, server->peak_rss_bytes());
    return cost;
  }

  void measure_ingest() {
    const std::size_t count = sizes_.single_reports;
    const Cost apart = cost_of_reports("apart", count, 1, Reports::Way::one_by_one);
    std::vector<double> bare = {bare_verify_rate(sizes_.verifications)};
    const Cost single = cost_of_reports("single", count, 1, Reports::Way::together);
    bare.push_back(bare_verify_rate(sizes_.verifications));
    const Cost batched =
        cost_of_reports("batched", sizes_.batched_reports, 100, Reports::Way::together);
    bare.push_back(bare_verify_rate(sizes_.verifications));
    std::ranges::sort(bare);
    const auto singles = static_cast<double>(count);
    const auto batcheds = static_cast<double>(sizes_.batched_reports);
    const double single_rate = singles / single.cpu_s;
    const double batched_rate = batcheds / batched.cpu_s;
    out_["bare_verify_us"] = 1e6 / bare[1];
    out_["single"] = figures_of(single, singles);
    out_["single_in_two_requests"] = figures_of(apart, singles);
    out_["single_in_two_requests_to_bare_verify"] = singles / apart.cpu_s / bare[1];
    out_["batched"] = figures_of(batched, batcheds);
    out_["single_to_bare_verify"] = single_rate / bare[1];
    out_["batched_to_single"] = batched_rate / single_rate;
    out_["single_reports_per_cpu_s"] = single_rate;
    out_["batched_reports_per_cpu_s"] = batched_rate;
    out_["ratios_use"] = "CPU time of the service's process";
    out_["peak_rss_bytes"] = peak_rss_bytes_;
  }

  void measure_requests() {
    const std::unique_ptr<ServerProcess> server = start("requests");
    const std::string empty_post = post_request("/v1/headers", "");
    const std::string round = get_request("/v1/rounds/current");
    cost_of(*server, port_, repeated(empty_post, sizes_.requests / 10));
    const Cost empty = cost_of(*server, port_, repeated(empty_post, sizes_.requests));
    expect_only(empty, 400, "empty posts");
    const Cost polled = cost_of(*server, port_, repeated(round, sizes_.requests));
    expect_only(polled, 200, "rounds");
    const Cost strangers = cost_of(*server, port_, repeated(round, sizes_.requests / 10), true);
    expect_only(strangers, 200, "rounds over new connections");
    out_["empty_post_cpu_us"] = empty.cpu_us_per_answer();
    out_["round_cpu_us"] = polled.cpu_us_per_answer();
    out_["round_new_connection_cpu_us"] = strangers.cpu_us_per_answer();
    out_["million_polling_cores"] = polled.cpu_us_per_answer() * kHotspots / 60 / 1e6;
    out_["million_polling_new_connection_cores"] =
        strangers.cpu_us_per_answer() * kHotspots / 60 / 1e6;
  }

  // A small static file, from one worker process.
  void measure_nginx() {
    const char* const program = "/usr/sbin/nginx";
    if (access(program, X_OK) != 0) {
      out_["empty_post_to_nginx"] = nullptr;
      return;
    }
    const std::uint16_t port = free_port();
    std::ofstream(directory_ / "small.txt") << std::string(400, 'x');
    std::ofstream(directory_ / "nginx.conf")
        << "daemon off;\nworker_processes 1;\nerror_log stderr crit;\npid " << directory_.string()
        << "/nginx.pid;\nuser root;\nevents { worker_connections 1024; }\n"
        << "http { access_log off; sendfile on; keepalive_requests 1000000;\n"
        << "  default_type text/plain; client_body_temp_path " << directory_.string() << "/b;\n"
        << "  server { listen 127.0.0.1:" << port << "; root " << directory_.string() << "; } }\n";
    const ServerProcess nginx({program, "-p", directory_.string(), "-e", "stderr", "-c",
                               (directory_ / "nginx.conf").string()},
                              kServerCore, false);
    std::this_thread::sleep_for(std::chrono::seconds(1));  // It does not say when it is ready.
    const std::string get = get_request("/small.txt");
    cost_of(nginx, port, repeated(get, sizes_.requests / 10));
    const Cost cost = cost_of(nginx, port, repeated(get, sizes_.requests));
    expect_only(cost, 200, "nginx");
    out_["nginx_static_cpu_us"] = cost.cpu_us_per_answer();
    out_["empty_post_to_nginx"] =
        out_["empty_post_cpu_us"].get<double>() / cost.cpu_us_per_answer();
  }

  std::string binaries_;
  fs::path directory_;
  Sizes sizes_;
  std::uint16_t port_ = 0;
  std::uint64_t peak_rss_bytes_ = 0;
  Json out_ = Json::object();
};

}  // namespace

int main(int argc, char** argv) {
  bool is_short = false;
  bool as_json = false;
  fs::path directory = fs::temp_directory_path() / ("bench-ingest-" + std::to_string(getpid()));
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--short") {
      is_short = true;
    } else if (word == "--json") {
      as_json = true;
    } else if (word == "--directory" && i + 1 < argc) {
      directory = argv[++i];
    } else {
      std::fprintf(stderr, "bench-ingest [--json] [--short] [--directory DIR]\n");
      return 2;
    }
  }
  fs::create_directories(directory);
  const std::string binaries = fs::read_symlink("/proc/self/exe").parent_path().string();
  const Json out = Bench(binaries, directory, is_short ? kShort : kFull).run();
  fs::remove_all(directory);
  if (as_json) {
    std::printf("%s\n", out.dump(1).c_str());
  } else {
    for (const auto& [name, value] : out.items()) {
      std::printf("%-40s %s\n", name.c_str(), value.dump().c_str());
    }
  }
  return 0;
}
