// HTTP/1.1 to the verifier through Boost.Beast: one connection for each exchange, a time limit on
// the whole of it, a bound on the answer.
#pragma once
#include <memory>

#include "hotspot/transport.h"
#include "hotspot/url.h"

namespace earshot::hotspot {

inline constexpr std::size_t kMaxAnswerBytes = 4U << 20;  // Chosen: far above a list of tasks.

class HttpTransport final : public Transport {
 public:
  HttpTransport(Url url, std::int64_t timeout_seconds)
      : url_(std::move(url)), timeout_seconds_(timeout_seconds) {}
  // Blocks for at most the time limit. Errors name host and port.
  Result<HttpResponse> exchange(const HttpRequest& request) override;

 private:
  Url url_;
  std::int64_t timeout_seconds_;
};

}  // namespace earshot::hotspot
