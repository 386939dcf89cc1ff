// HTTP/1.1 to the verifier through Boost.Beast: a time limit on the whole of each exchange, a bound
// on the answer, and one connection that stays between exchanges. One thread at a time.
#pragma once
#include <chrono>
#include <memory>

#include "hotspot/transport.h"
#include "hotspot/url.h"

namespace earshot::hotspot {

inline constexpr std::size_t kMaxAnswerBytes = 4U << 20;  // Chosen: far above a list of tasks.
// How long a connection without a request is used again. Chosen: above the minute between two
// polls, below the 75 s after which the verifier closes it.
inline constexpr std::chrono::seconds kConnectionKept{70};

struct HttpConnection;

class HttpTransport final : public Transport {
 public:
  HttpTransport(Url url, std::int64_t timeout_seconds,
                std::chrono::milliseconds connection_kept = kConnectionKept);
  ~HttpTransport() override;
  HttpTransport(HttpTransport&&) noexcept;
  HttpTransport& operator=(HttpTransport&&) noexcept;

  // Blocks for at most the time limit. Errors name host and port. A kept connection that ends
  // before any byte of the answer was closed by the other side meanwhile: the request goes out
  // once more, on a new one.
  Result<HttpResponse> exchange(const HttpRequest& request) override;

 private:
  Url url_;
  std::int64_t timeout_seconds_;
  std::chrono::milliseconds connection_kept_;
  std::unique_ptr<HttpConnection> kept_;  // Null: none that could carry another request.
};

}  // namespace earshot::hotspot
