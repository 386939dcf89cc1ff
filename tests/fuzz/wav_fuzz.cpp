// links: radio
// WAV headers that anybody may have written: refused, or samples that lie within the file.
#include <cassert>

#include "radio/iq/wav.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const auto header = radio::read_wav_header(radio::bytes_of(ByteView(data, size), "fuzz"), "fuzz");
  if (!header) {
    assert(!header.error().detail.empty());
    return 0;
  }
  assert(header->rate_hz > 0);
  assert(header->data_offset <= size && header->data_bytes <= size - header->data_offset);
  return 0;
}
