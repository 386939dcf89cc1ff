// links: radio
// Metadata that anybody may have written: parsed or refused, and what is parsed can be written.
#include <cassert>

#include "radio/iq/sigmf_meta.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot::radio;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto recording = parse_sigmf_meta(text, "fuzz");
  if (!recording) {
    assert(!recording.error().detail.empty());
    return 0;
  }
  static_cast<void>(fit_to_data(*recording, 1000, "fuzz").has_value());
  auto again = parse_sigmf_meta(format_sigmf_meta(*recording), "again");
  // Strings that are no UTF-8 never get this far, so what was read once is read again.
  assert(again && again->captures.size() == recording->captures.size());
  return 0;
}
