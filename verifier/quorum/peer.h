// Another verifier, as far as we pull from it.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace earshot::verifier {

class Peer {
 public:
  virtual ~Peer() = default;
  // GET `path` (begins with /). Nothing when it answers that there is none; Errc::unavailable when
  // it does not answer within `patience`, or badly. Any thread.
  virtual Result<std::optional<std::string>> get(const std::string& path,
                                                 std::chrono::milliseconds patience) = 0;
};

class TlsTrust;

// Over http:// or https://, of whose certificates `trust` has to think well. Errc::usage for a URL
// that is none.
Result<std::unique_ptr<Peer>> peer_at(const std::string& url,
                                      std::shared_ptr<const TlsTrust> trust);

// "localhost", or a numeric IPv4 address that no stranger's network lies before: loopback, private
// or link-local.
bool is_local_host(std::string_view host);
// Errc::usage for a URL that is none, and for plain HTTP to another host, unless that is allowed.
Result<void> check_peer_url(const std::string& url, bool allows_plain_http);

}  // namespace earshot::verifier
