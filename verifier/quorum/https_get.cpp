#include "verifier/quorum/https_get.h"

#include "rewards/chain/http_exchange.h"
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
    rewards::chain::HttpExchange<ssl::stream<beast::tcp_stream>> one(endpoint, timeout,
                                                                     trust.impl().context);
    // The certificate has to name the host of the URL, and a server with several has to know it.
    const auto greet = [&]() -> error_code {
      one.stream().set_verify_callback(ssl::host_name_verification(endpoint.host));
      if (SSL_set_tlsext_host_name(one.stream().native_handle(), endpoint.host.c_str()) != 1) {
        return asio::error::invalid_argument;
      }
      return one.wait(
          [&](auto done) { one.stream().async_handshake(ssl::stream_base::client, done); });
    };
    const error_code error =
        one.run({http::verb::get, endpoint.target, rewards::chain::kHttp11}, greet);
    if (error) return fail(Errc::unavailable, error.message());
    return one.take_reply();
  } catch (const std::exception& problem) {
    return fail(Errc::unavailable, problem.what());
  }
}

}  // namespace earshot::verifier
