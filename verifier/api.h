// The HTTP API (DESIGN section 9, docs/OPERATIONS.md, openapi.json): from a request to its answer.
// Knows no socket and no Asio.
//
// Any thread, at once.
#pragma once
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <variant>

#include "core/clock.h"
#include "rewards/policy.h"
#include "verifier/blocking_pool.h"
#include "verifier/evidence_desk.h"
#include "verifier/http.h"
#include "verifier/ingest.h"
#include "verifier/intake_queue.h"
#include "verifier/log/cosigned_log.h"
#include "verifier/log/log_directory.h"
#include "verifier/log/witness_desk.h"
#include "verifier/metrics.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"
#include "verifier/verdict.h"

namespace earshot::verifier {

class QuorumDesk;

// What there is in a running service and not in a test of one request. All borrowed.
struct ServiceParts {
  IntakeQueue& queue;
  BlockingPool& pool;
  Metrics& metrics;
  const HttpServer& server;
  std::string store_directory;
  std::uint64_t reserve_bytes = 0;
  bool wakes_queue = true;  // False: who calls handle() does, after several.
};

class ChannelDesk;

class Api {
 public:
  struct Parts {
    NetworkId network;
    const rewards::Policy& policy;
    const Clock& clock;
    MessageStore& store;
    RegistryStore& registry;
    Ingest& ingest;
    EvidenceDesk& evidence;
    const NoteSigner& log_signer;     // Of checkpoints; its name is the log's origin.
    ChannelDesk* channels = nullptr;  // None: this verifier knows no contract.
    std::size_t max_body_bytes = 1U << 20;
    // What is published of the logs, with cosignatures. Null: the intake log's head, signed when
    // somebody asks, and no network log.
    const CosignedLog* intake_checkpoints = nullptr;
    const CosignedLog* network_checkpoints = nullptr;
    const LogDirectory* network_log = nullptr;
    WitnessDesk* witness = nullptr;  // Null: no log of others is witnessed.
    // Of several verifiers: what they show each other. Null when there is one.
    const QuorumDesk* quorum = nullptr;
    // Under a virtual clock: moves it and does everything due on the way. Absent otherwise, and
    // with it the resource.
    std::function<Result<void>(UnixNanos)> move_clock;
    const ServiceParts* service = nullptr;  // Without it everything is done on the caller's thread.
  };
  explicit Api(Parts parts);

  // Answers when everything is done.
  HttpResponse handle_request(const HttpRequest& request);
  // Does at once what does not wait, and leaves the rest to the service's queue and pool.
  void handle(HttpRequest request, HttpReply reply);

  // What can be asked for: "POST", "/v1/evidence/{report}", in a fixed order.
  struct Operation {
    std::string_view method;
    std::string_view path;
  };
  static std::vector<Operation> operations();

 private:
  struct Route;
  struct Match;

  // Of routes(); the queue asks for nothing else.
  static constexpr std::size_t kHeadersRoute = 0;
  static constexpr std::size_t kBodiesRoute = 1;
  static constexpr std::size_t kMessagesRoute = 2;
  static const std::vector<Route>& routes();
  std::variant<Match, HttpResponse> find(const HttpRequest& request) const;
  HttpResponse run(const Match& match, const HttpRequest& request);
  void submit(std::size_t route, const HttpRequest& request, HttpReply reply, bool wakes);
  Result<std::vector<IntakeJob>> jobs_of(std::size_t route, const HttpRequest& request) const;
  static HttpResponse intake_response(std::size_t route, std::span<const IntakeJob> jobs);

  HttpResponse post_intake(std::size_t route, const HttpRequest& request);
  HttpResponse post_evidence(const HttpRequest& request, std::string_view report);
  HttpResponse post_channel(const HttpRequest& request);
  HttpResponse get_reservations(std::string_view payer, std::string_view first,
                                std::string_view nonce);
  HttpResponse post_channel_end(const HttpRequest& request);
  HttpResponse post_clock(const HttpRequest& request);
  HttpResponse get_health();
  HttpResponse get_ready();
  HttpResponse get_metrics();
  HttpResponse get_openapi();
  Result<ServiceState> state() const;
  std::optional<std::string> why_not_ready() const;
  HttpResponse get_checkpoint();
  HttpResponse get_tile(std::string_view target);
  HttpResponse get_network_checkpoint();
  HttpResponse get_network_tile(std::string_view target);
  HttpResponse post_add_checkpoint(const HttpRequest& request);
  HttpResponse get_witnessed(std::string_view origin_hash);
  HttpResponse get_round(std::string_view which);
  HttpResponse get_hotspot(std::string_view key);
  HttpResponse get_tasks(std::string_view key);
  HttpResponse get_epoch(std::string_view number);
  HttpResponse get_sealed_epoch(const SealedEpoch& sealed);
  // Verdicts on what the store has of the epoch's rounds and its record has not.
  Result<std::vector<LateMessage>> late_for_epoch(const SealedEpoch& sealed) const;
  Result<std::vector<Verdict>> after_seal(const SealedEpoch& sealed) const;
  HttpResponse get_epoch_file(std::string_view number, std::string_view file);
  HttpResponse get_payout(std::string_view number, std::string_view account);
  HttpResponse get_explanation(std::string_view number, std::string_view id);
  HttpResponse get_coverage();
  HttpResponse get_current_round(UnixNanos now);
  std::string round_body(Round round, const std::optional<ReleasedRound>& released) const;
  HttpResponse get_quorum(std::string_view path);

  Parts parts_;
  const std::string policy_hash_;
  struct CachedRound {
    Round round = 0;
    std::string body = {};
    bool is_settled = false;  // Its entropy is known, or cannot come any more.
    std::chrono::steady_clock::time_point until = {};
  };
  std::mutex round_mutex_;
  CachedRound cached_;  // Guarded by it.
};

// {"error": "..."}; `retry_after_seconds` with 429 and 503.
HttpResponse error_response(int status, const std::string& detail,
                            std::optional<std::int64_t> retry_after_seconds = std::nullopt);
// 503: the store cannot be read or written now.
HttpResponse unavailable(const Error& error);
// Bytes that never change under their name.
HttpResponse immutable(const Bytes& bytes);
inline constexpr std::int64_t kForeverSeconds =
    std::int64_t{365} * 86'400;  // For what does not change any more.

}  // namespace earshot::verifier
