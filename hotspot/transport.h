// How requests reach the verifier: one exchange at a time, no retries (the outbox decides those).
#pragma once
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace earshot::hotspot {

struct HttpRequest {
  std::string method = "GET";  // GET or POST
  std::string path;            // "/v1/headers"
  std::string content_type;    // Empty without a body.
  Bytes body;
};

struct HttpResponse {
  int status = 0;
  std::optional<std::int64_t> retry_after_seconds;
  std::string body;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Errc::unavailable when no whole answer came (refused, timed out, cut off): the request may or
  // may not have been carried out, which the verifier's idempotence makes harmless.
  virtual Result<HttpResponse> exchange(const HttpRequest& request) = 0;
};

}  // namespace earshot::hotspot
