// links: hotspot
#include <cassert>

#include "hotspot/config.h"
#include "hotspot/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const hotspot::CheckedConfig checked = hotspot::check_config(text, "fuzz.toml");
  if (checked.problems.empty()) assert(hotspot::validate(checked.config).empty());
  for (const std::string& problem : checked.problems) {
    assert(problem.find('\n') == std::string::npos);
  }
  static_cast<void>(hotspot::parse_url(text));
  return 0;
}
