// links: core verifier
// Any text as the service's configuration file.
#include <cstdlib>
#include <string>

#include "verifier/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto config = earshot::verifier::parse_config(text, "v.toml");
  if (!config && config.error().detail.empty()) std::abort();
  if (config && !earshot::verifier::validate(*config).empty()) std::abort();
  return 0;
}
