#include "verifier/quorum/peer.h"

#include "rewards/chain/http.h"

namespace earshot::verifier {
namespace {

class HttpPeer final : public Peer {
 public:
  explicit HttpPeer(std::string url) : url_(std::move(url)) {}

  Result<std::optional<std::string>> get(const std::string& path,
                                         std::chrono::milliseconds patience) override {
    const Result<rewards::chain::Endpoint> endpoint = rewards::chain::parse_endpoint(url_ + path);
    if (!endpoint) return fail(endpoint.error());
    Result<rewards::chain::HttpReply> reply = rewards::chain::http_get(*endpoint, patience);
    if (!reply) return fail(Errc::unavailable, url_ + path + ": " + reply.error().detail);
    if (reply->status == 404) return std::optional<std::string>{};
    if (reply->status != 200) {
      return fail(Errc::unavailable, url_ + path + ": answers " + std::to_string(reply->status));
    }
    return std::optional<std::string>{std::move(reply->body)};
  }

 private:
  std::string url_;
};

}  // namespace

Result<std::unique_ptr<Peer>> http_peer(const std::string& url) {
  const std::string base = url.substr(0, url.find_last_not_of('/') + 1);
  const Result<rewards::chain::Endpoint> endpoint = rewards::chain::parse_endpoint(base + "/");
  if (!endpoint) return fail(endpoint.error());
  return std::unique_ptr<Peer>(std::make_unique<HttpPeer>(base));
}

}  // namespace earshot::verifier
