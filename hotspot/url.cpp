#include "hotspot/url.h"

#include <algorithm>
#include <charconv>

namespace earshot::hotspot {
namespace {

bool is_port(const std::string& text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

}  // namespace

Result<Url> parse_url(const std::string& text) {
  const std::string scheme = "http://";
  const auto printable = [](char c) { return c > ' ' && c <= '~'; };
  if (!text.starts_with(scheme) || !std::ranges::all_of(text, printable)) {
    return fail(Errc::configuration,
                "found \"" + text + "\", allowed: http://host[:port][/prefix]");
  }
  const std::size_t slash = std::min(text.find('/', scheme.size()), text.size());
  std::string authority = text.substr(scheme.size(), slash - scheme.size());
  Url url;
  url.prefix = text.substr(slash);
  while (url.prefix.ends_with('/')) url.prefix.pop_back();
  // [::1]:8080 has colons in its host.
  const std::size_t bracket = authority.rfind(']');
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    url.port = authority.substr(colon + 1);
    authority.resize(colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) {
    authority = authority.substr(1, authority.size() - 2);
  }
  url.host = authority;
  if (url.host.empty() || !is_port(url.port)) {
    return fail(Errc::configuration,
                "found \"" + text + "\": no host, or a port that is not 1 to 65535");
  }
  return url;
}

}  // namespace earshot::hotspot
