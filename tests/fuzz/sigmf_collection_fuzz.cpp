// links: radio
// Collections that anybody may have written: refused, or names that stay in their folder.
#include <cassert>

#include "radio/iq/collection.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto streams = radio::parse_collection(text, "fuzz");
  if (!streams) {
    assert(!streams.error().detail.empty());
    return 0;
  }
  for (const radio::CollectionStream& stream : *streams) {
    assert(!stream.name.empty() && stream.name.find('/') == std::string::npos);
  }
  return 0;
}
