// GET over TLS from a peer whose certificate is checked. One connection a request, synchronous with
// a deadline. Any thread.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "core/result.h"
#include "rewards/chain/http.h"

namespace earshot::verifier {

// Whose certificates are believed.
class TlsTrust {
 public:
  // Those that the certificates in a PEM file vouch for, and no other; with an empty path those of
  // the system's store. Errc::configuration when the file holds none.
  static Result<std::shared_ptr<const TlsTrust>> from(const std::string& ca_file);
  ~TlsTrust();

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  explicit TlsTrust(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// "https://host[:port][/path]". Errc::usage names what is wrong.
Result<rewards::chain::Endpoint> parse_https_endpoint(const std::string& url);

// Errc::unavailable says what went wrong, without the URL: also when the certificate is not
// believed, or is another host's.
Result<rewards::chain::HttpReply> https_get(const rewards::chain::Endpoint& endpoint,
                                            const TlsTrust& trust,
                                            std::chrono::milliseconds timeout);

}  // namespace earshot::verifier
