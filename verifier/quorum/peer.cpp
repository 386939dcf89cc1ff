#include "verifier/quorum/peer.h"

#include <array>
#include <charconv>

#include "verifier/quorum/https_get.h"

namespace earshot::verifier {
namespace {

using rewards::chain::Endpoint;
using rewards::chain::HttpReply;

bool is_https(const std::string& url) { return url.starts_with("https://"); }

Result<Endpoint> endpoint_of(const std::string& url) {
  return is_https(url) ? parse_https_endpoint(url) : rewards::chain::parse_endpoint(url);
}

// The four numbers of a numeric IPv4 address.
std::optional<std::array<unsigned, 4>> address_of(std::string_view host) {
  std::array<unsigned, 4> parts{};
  const char* at = host.data();
  const char* const end = host.data() + host.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, parts[i]);
    if (error != std::errc{} || parts[i] > 255) return std::nullopt;
    at = next;
  }
  if (at != end) return std::nullopt;
  return parts;
}

class UrlPeer final : public Peer {
 public:
  UrlPeer(std::string url, std::shared_ptr<const TlsTrust> trust)
      : url_(std::move(url)), trust_(std::move(trust)) {}

  Result<std::optional<std::string>> get(const std::string& path,
                                         std::chrono::milliseconds patience) override {
    const Result<Endpoint> endpoint = endpoint_of(url_ + path);
    if (!endpoint) return fail(endpoint.error());
    Result<HttpReply> reply = is_https(url_) ? https_get(*endpoint, *trust_, patience)
                                             : rewards::chain::http_get(*endpoint, patience);
    if (!reply) return fail(Errc::unavailable, url_ + path + ": " + reply.error().detail);
    if (reply->status == 404) return std::optional<std::string>{};
    if (reply->status != 200) {
      return fail(Errc::unavailable, url_ + path + ": answers " + std::to_string(reply->status));
    }
    return std::optional<std::string>{std::move(reply->body)};
  }

 private:
  std::string url_;
  std::shared_ptr<const TlsTrust> trust_;
};

}  // namespace

bool is_local_host(std::string_view host) {
  if (host == "localhost") return true;
  const std::optional<std::array<unsigned, 4>> found = address_of(host);
  if (!found) return false;
  const auto [a, b, c, d] = *found;
  // Given: RFC 1122 loopback, RFC 1918 private, RFC 3927 link-local.
  return a == 127 || a == 10 || (a == 172 && b >= 16 && b < 32) || (a == 192 && b == 168) ||
         (a == 169 && b == 254);
}

Result<void> check_peer_url(const std::string& url, bool allows_plain_http) {
  const Result<Endpoint> endpoint = endpoint_of(url);
  if (!endpoint) return fail(endpoint.error());
  if (is_https(url) || allows_plain_http || is_local_host(endpoint->host)) return {};
  return fail(Errc::usage,
              "\"" + url +
                  "\" is plain HTTP to a host that is neither this one nor on a private "
                  "network: https:// is allowed, or plain_http = true");
}

Result<std::unique_ptr<Peer>> peer_at(const std::string& url,
                                      std::shared_ptr<const TlsTrust> trust) {
  const std::string base = url.substr(0, url.find_last_not_of('/') + 1);
  const Result<Endpoint> endpoint = endpoint_of(base + "/");
  if (!endpoint) return fail(endpoint.error());
  return std::unique_ptr<Peer>(std::make_unique<UrlPeer>(base, std::move(trust)));
}

}  // namespace earshot::verifier
