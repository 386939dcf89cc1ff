// Where the verifier is: http://host[:port][/prefix].
#pragma once
#include <string>

#include "core/result.h"

namespace earshot::hotspot {

struct Url {
  std::string host;
  std::string port = "80";
  std::string prefix;  // Empty, or begins with a slash and does not end with one.
};
// Errc::configuration says what is wrong; https is one such thing (put a proxy in front).
Result<Url> parse_url(const std::string& text);

}  // namespace earshot::hotspot
