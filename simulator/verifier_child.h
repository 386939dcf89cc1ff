// earshot-verifierd as a child process on a virtual clock, and what a simulation asks of it over
// HTTP. One thread at a time.
#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "core/entropy.h"
#include "core/time.h"
#include "hotspot/http_transport.h"
#include "rewards/policy.h"
#include "simulator/process.h"

namespace earshot::simulator {

struct VerifierPlan {
  NetworkId network = 0;
  rewards::Policy policy;
  std::string directory;         // Made; configuration, stores and log go there.
  std::string chain_url;         // JSON-RPC of the node.
  ByteArray<32> entropy_seed{};  // Makes its hash chains reproducible.
  UnixNanos start = 0;           // Where its clock starts.
};

// What everybody may fetch of a sealed epoch (docs/PROTOCOL.md): the files that `earshot audit`
// reads.
struct PublishedEpoch {
  Bytes record, seal, artifact;
  std::string policy_toml;
  nlohmann::json summary;   // GET /v1/epochs/{n}
  nlohmann::json coverage;  // GET /v1/coverage.geojson
  // The network log: its checkpoint and tiles, and what names its key; by the files' names.
  std::vector<std::pair<std::string, Bytes>> log;
};

class VerifierChild {
 public:
  // Starts the program beside the running one and waits until it listens. Errc::unavailable.
  static Result<VerifierChild> start(const VerifierPlan& plan);

  const std::string& url() const { return url_; }
  // Everything that was due by then has been done when it returns.
  Result<void> advance_clock(UnixNanos now);
  // Nothing for a round that was skipped.
  Result<std::optional<Entropy>> entropy_of(Round round);
  // Errc::check_failed when the epoch is not sealed.
  Result<PublishedEpoch> published(std::uint64_t epoch);
  int stop() { return process_.stop(); }

 private:
  VerifierChild(Process process, std::string url, hotspot::HttpTransport transport)
      : process_(std::move(process)), url_(std::move(url)), transport_(std::move(transport)) {}
  Result<hotspot::HttpResponse> get(const std::string& path);
  Result<nlohmann::json> get_json(const std::string& path);
  Result<Bytes> get_bytes(const std::string& path);
  Result<void> get_log(PublishedEpoch& out);

  Process process_;
  std::string url_;
  hotspot::HttpTransport transport_;
};

}  // namespace earshot::simulator
