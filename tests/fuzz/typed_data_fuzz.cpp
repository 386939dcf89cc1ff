// links: core
// What an owner brings back from a wallet: refused, or the same again when it is written.
#include <cassert>
#include <nlohmann/json.hpp>

#include "core/owner_signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const auto json = nlohmann::json::parse(data, data + size, nullptr, false);
  const Result<Onboarding> onboarding = onboarding_from_typed_data(json, 31337);
  if (onboarding) assert(onboarding_typed_data(31337, *onboarding) == json);
  return 0;
}
