#include "rewards/chain/http.h"

#include <algorithm>

#include "rewards/chain/asio.h"

namespace earshot::rewards::chain {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

// Chosen: a rewards file of a million accounts has 36 MB.
constexpr std::uint64_t kMaxReplyBytes = 64 * 1024 * 1024;
constexpr int kHttp11 = 11;  // Beast writes the version like that.

// One request and its answer; every step shares one deadline.
class Exchange {
 public:
  Exchange(const Endpoint& endpoint, std::chrono::milliseconds timeout)
      : endpoint_(endpoint), stream_(io_) {
    stream_.expires_after(timeout);
    parser_.body_limit(kMaxReplyBytes);
  }

  error_code run(http::request<http::string_body>& request) {
    error_code error;
    asio::ip::tcp::resolver resolver(io_);
    const auto addresses = resolver.resolve(endpoint_.host, endpoint_.port, error);
    if (error) return error;
    error = wait([&](auto done) { stream_.async_connect(addresses, done); });
    if (error) return error;
    request.set(http::field::host, endpoint_.host);
    request.set(http::field::connection, "close");
    request.prepare_payload();
    error = wait([&](auto done) { http::async_write(stream_, request, done); });
    if (error) return error;
    return wait([&](auto done) { http::async_read(stream_, buffer_, parser_, done); });
  }
  HttpReply take_reply() { return {parser_.get().result_int(), std::move(parser_.get().body())}; }

 private:
  template <class Start>
  error_code wait(Start start) {
    error_code result;
    start([&result](error_code error, auto&&...) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

  const Endpoint& endpoint_;
  asio::io_context io_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

// What Boost throws (out of memory, out of descriptors) ends here.
Result<HttpReply> exchange(const Endpoint& endpoint, http::request<http::string_body> request,
                           std::chrono::milliseconds timeout) {
  try {
    Exchange one(endpoint, timeout);
    const error_code error = one.run(request);
    if (error) return fail(Errc::unavailable, error.message());
    return one.take_reply();
  } catch (const std::exception& problem) {
    return fail(Errc::unavailable, problem.what());
  }
}

Result<HttpReply> post(const Endpoint& endpoint, const std::string& body, const std::string& type,
                       std::chrono::milliseconds timeout) {
  http::request<http::string_body> request{http::verb::post, endpoint.target, kHttp11};
  request.set(http::field::content_type, type);
  request.body() = body;
  return exchange(endpoint, std::move(request), timeout);
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
  return post(endpoint, body, "application/json", timeout);
}

Result<HttpReply> http_post_bytes(const Endpoint& endpoint, const std::string& body,
                                  std::chrono::milliseconds timeout) {
  return post(endpoint, body, "application/octet-stream", timeout);
}

Result<HttpReply> http_post(const Endpoint& endpoint, const std::string& body,
                            const std::string& content_type, std::chrono::milliseconds timeout) {
  return post(endpoint, body, content_type, timeout);
}

Result<HttpReply> http_get(const Endpoint& endpoint, std::chrono::milliseconds timeout) {
  return exchange(endpoint, {http::verb::get, endpoint.target, kHttp11}, timeout);
}

}  // namespace earshot::rewards::chain
