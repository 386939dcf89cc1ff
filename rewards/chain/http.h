// One HTTP/1.1 exchange per connection, synchronous with a deadline: for the node's JSON-RPC, for
// files that a verifier publishes and for witnesses of its log. Single-threaded per call.
#pragma once
#include <chrono>
#include <string>

#include "core/result.h"

namespace earshot::rewards::chain {

struct Endpoint {
  std::string url;  // As it was given, for messages.
  std::string host;
  std::string port;
  std::string target;  // "/" when the URL names none.
};
// "http://host[:port][/path]". Errc::usage names what is wrong; https is refused, because this
// client speaks no TLS: a peer is reached on the same host or through a tunnel.
Result<Endpoint> parse_endpoint(const std::string& url);

struct HttpReply {
  unsigned status = 0;
  std::string body;  // At most 64 MiB: a longer one is an error.
};
// Errc::unavailable holds what went wrong, without the URL: the caller knows what it asked for.
Result<HttpReply> http_post_json(const Endpoint& endpoint, const std::string& body,
                                 std::chrono::milliseconds timeout);
Result<HttpReply> http_post_bytes(const Endpoint& endpoint, const std::string& body,
                                  std::chrono::milliseconds timeout);
Result<HttpReply> http_post(const Endpoint& endpoint, const std::string& body,
                            const std::string& content_type, std::chrono::milliseconds timeout);
Result<HttpReply> http_get(const Endpoint& endpoint, std::chrono::milliseconds timeout);

}  // namespace earshot::rewards::chain
