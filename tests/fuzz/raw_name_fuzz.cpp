// links: radio
// File names that anybody may have chosen: whatever is found in one is a usable number.
#include <cassert>
#include <cmath>

#include "radio/iq/raw_name.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const earshot::radio::RawHints hints =
      earshot::radio::hints_of_name({reinterpret_cast<const char*>(data), size}).said;
  for (const auto& value : {hints.rate_hz, hints.centre_hz}) {
    assert(!value || (std::isfinite(*value) && *value > 0));
  }
  return 0;
}
