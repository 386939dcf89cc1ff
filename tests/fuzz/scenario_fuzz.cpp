// links: simulator
// Scenario files: any text is read or refused with lines that name the file.
#include <cstdlib>
#include <string>

#include "simulator/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto scenario = earshot::simulator::parse_scenario(text, "scenario.toml");
  if (!scenario && scenario.error().detail.find("scenario.toml") == std::string::npos) std::abort();
  return 0;
}
