#include "verifier/quorum/https_get.h"

#include "verifier/asio.h"

namespace earshot::verifier {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using rewards::chain::Endpoint;
using rewards::chain::HttpReply;

constexpr std::uint64_t kMaxReplyBytes = std::uint64_t{64} << 20;  // As rewards/chain/http.h.
constexpr int kHttp11 = 11;  // Beast writes the version like that.

}  // namespace

struct TlsTrust::Impl {
  // OpenSSL counts references of what connections take from it: any number may at once.
  mutable ssl::context context{ssl::context::tls_client};
};

TlsTrust::TlsTrust(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsTrust::~TlsTrust() = default;

Result<std::shared_ptr<const TlsTrust>> TlsTrust::from(const std::string& ca_file) {
  try {
    auto impl = std::make_unique<Impl>();
    impl->context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 |
                              ssl::context::no_tlsv1_1);
    impl->context.set_verify_mode(ssl::verify_peer);
    if (ca_file.empty()) {
      impl->context.set_default_verify_paths();
    } else {
      impl->context.load_verify_file(ca_file);
    }
    return std::shared_ptr<const TlsTrust>(new TlsTrust(std::move(impl)));
  } catch (const boost::system::system_error& error) {
    return fail(Errc::configuration,
                "\"" + ca_file + "\": " + error.code().message() + "; expected PEM certificates");
  }
}

namespace {

// One request and its answer; every step shares one deadline.
class Exchange {
 public:
  Exchange(const Endpoint& endpoint, ssl::context& context, std::chrono::milliseconds timeout)
      : endpoint_(endpoint), stream_(io_, context) {
    beast::get_lowest_layer(stream_).expires_after(timeout);
    parser_.body_limit(kMaxReplyBytes);
  }

  error_code run() {
    error_code error;
    asio::ip::tcp::resolver resolver(io_);
    const auto addresses = resolver.resolve(endpoint_.host, endpoint_.port, error);
    if (error) return error;
    // The certificate has to name the host of the URL, and a server with several has to know it.
    stream_.set_verify_callback(ssl::host_name_verification(endpoint_.host));
    if (SSL_set_tlsext_host_name(stream_.native_handle(), endpoint_.host.c_str()) != 1) {
      return asio::error::invalid_argument;
    }
    error =
        wait([&](auto done) { beast::get_lowest_layer(stream_).async_connect(addresses, done); });
    if (error) return error;
    error = wait([&](auto done) { stream_.async_handshake(ssl::stream_base::client, done); });
    if (error) return error;
    http::request<http::empty_body> request{http::verb::get, endpoint_.target, kHttp11};
    request.set(http::field::host, endpoint_.host);
    request.set(http::field::connection, "close");
    error = wait([&](auto done) { http::async_write(stream_, request, done); });
    if (error) return error;
    // Whole by its length, so nothing hangs on how the peer ends the connection.
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
  ssl::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
};

}  // namespace

Result<Endpoint> parse_https_endpoint(const std::string& url) {
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) {
    return fail(Errc::usage, "\"" + url + "\" does not begin with https://");
  }
  const std::string rest = url.substr(kScheme.size());
  Result<Endpoint> endpoint = rewards::chain::parse_endpoint("http://" + rest);
  if (!endpoint) return fail(Errc::usage, "behind https, " + endpoint.error().detail);
  endpoint->url = url;
  if (rest.substr(0, rest.find('/')).find(':') == std::string::npos) endpoint->port = "443";
  return endpoint;
}

Result<HttpReply> https_get(const Endpoint& endpoint, const TlsTrust& trust,
                            std::chrono::milliseconds timeout) {
  try {
    Exchange one(endpoint, trust.impl().context, timeout);
    const error_code error = one.run();
    if (error) return fail(Errc::unavailable, error.message());
    return one.take_reply();
  } catch (const std::exception& problem) {
    return fail(Errc::unavailable, problem.what());
  }
}

}  // namespace earshot::verifier
