// The HTTP API (DESIGN section 9, docs/OPERATIONS.md): from a request to its answer. Knows no
// socket and no Asio.
//
// Any thread, at once.
#pragma once
#include <functional>
#include <optional>

#include "core/clock.h"
#include "rewards/policy.h"
#include "verifier/evidence_desk.h"
#include "verifier/http.h"
#include "verifier/ingest.h"
#include "verifier/log/note.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

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
    const NoteSigner& log_signer;  // Of checkpoints; its name is the log's origin.
    std::size_t max_body_bytes = 1U << 20;
    // Under a virtual clock: moves it and does everything due on the way. Absent otherwise, and
    // with it the resource.
    std::function<Result<void>(UnixNanos)> move_clock;
  };
  explicit Api(Parts parts) : parts_(std::move(parts)) {}

  HttpResponse handle_request(const HttpRequest& request);

 private:
  HttpResponse post_headers(const HttpRequest& request);
  HttpResponse post_bodies(const HttpRequest& request);
  HttpResponse post_evidence(const HttpRequest& request, std::string_view report);
  HttpResponse post_clock(const HttpRequest& request);
  HttpResponse get_health();
  HttpResponse get_checkpoint();
  HttpResponse get_tile(std::string_view target);
  HttpResponse get_round(std::string_view which);
  HttpResponse get_hotspot(std::string_view key);
  HttpResponse get_tasks(std::string_view key);
  HttpResponse get_epoch(std::string_view number);
  HttpResponse get_sealed_epoch(const SealedEpoch& sealed);
  HttpResponse get_epoch_file(std::string_view number, std::string_view file);
  HttpResponse get_payout(std::string_view number, std::string_view account);
  HttpResponse get_coverage();

  struct Route;
  static std::span<const Route> routes();

  Parts parts_;
};

// {"error": "..."}; `retry_after_seconds` with 429 and 503.
HttpResponse error_response(int status, const std::string& detail,
                            std::optional<std::int64_t> retry_after_seconds = std::nullopt);
// 503: the store cannot be read or written now.
HttpResponse unavailable(const Error& error);
// Bytes that never change under their name.
HttpResponse immutable(const Bytes& bytes);
inline constexpr std::int64_t kForeverSeconds = 365 * 86'400;  // For what does not change any more.

}  // namespace earshot::verifier
