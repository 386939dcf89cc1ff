// Another verifier, as far as we pull from it.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

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

// Over HTTP. Errc::usage for a URL that is none.
Result<std::unique_ptr<Peer>> http_peer(const std::string& url);

}  // namespace earshot::verifier
