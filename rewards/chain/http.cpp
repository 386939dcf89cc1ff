#include "rewards/chain/http.h"

#include <algorithm>

#include "rewards/chain/http_exchange.h"

namespace earshot::rewards::chain {
namespace {

namespace http = boost::beast::http;

// What Boost throws (out of memory, out of descriptors) ends here.
Result<HttpReply> exchange(const Endpoint& endpoint, http::request<http::string_body> request,
                           std::chrono::milliseconds timeout) {
  try {
    HttpExchange<boost::beast::tcp_stream> one(endpoint, timeout);
    const boost::system::error_code error =
        one.run(std::move(request), [] { return boost::system::error_code(); });
    if (error) return fail(Errc::unavailable, error.message());
    return one.take_reply();
  } catch (const std::exception& problem) {
    return fail(Errc::unavailable, problem.what());
  }
}

}  // namespace

Result<Endpoint> parse_endpoint(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  const auto refuse = [&](const std::string& why) {
    return fail(Errc::usage,
                "\"" + url + "\" is not a URL (" + why + "): http://host[:port][/path] is");
  };
  if (url.starts_with("https://")) return refuse("https is not spoken here");
  if (!url.starts_with(kScheme)) return refuse("it does not begin with http://");
  const std::string rest = url.substr(kScheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string authority = rest.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  if (authority.starts_with('[')) return refuse("it names an IPv6 address in brackets");
  Endpoint endpoint{url, authority.substr(0, colon), "80", rest.substr(slash)};
  if (endpoint.target.empty()) endpoint.target = "/";
  if (colon != std::string::npos) endpoint.port = authority.substr(colon + 1);
  if (endpoint.host.empty()) return refuse("it names no host");
  const bool numeric = std::all_of(endpoint.port.begin(), endpoint.port.end(),
                                   [](char c) { return c >= '0' && c <= '9'; });
  if (endpoint.port.empty() || endpoint.port.size() > 5 || !numeric ||
      std::stoul(endpoint.port) > 65535) {
    return refuse("the port is no number up to 65535");
  }
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > 32 && c < 127; });
  if (!printable) return refuse("it holds spaces or control characters");
  return endpoint;
}

Result<HttpReply> http_post_json(const Endpoint& endpoint, const std::string& body,
                                 std::chrono::milliseconds timeout) {
  return http_post(endpoint, body, "application/json", timeout);
}

Result<HttpReply> http_post_bytes(const Endpoint& endpoint, const std::string& body,
                                  std::chrono::milliseconds timeout) {
  return http_post(endpoint, body, "application/octet-stream", timeout);
}

Result<HttpReply> http_post(const Endpoint& endpoint, const std::string& body,
                            const std::string& content_type, std::chrono::milliseconds timeout) {
  http::request<http::string_body> request{http::verb::post, endpoint.target, kHttp11};
  request.set(http::field::content_type, content_type);
  request.body() = body;
  return exchange(endpoint, std::move(request), timeout);
}

Result<HttpReply> http_get(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  return exchange(endpoint, {http::verb::get, endpoint.target, kHttp11}, timeout);
}

}  // namespace earshot::rewards::chain
