// links: radio
// .sdriq headers that anybody may have written, with the CRC32 made right so that more of them are
// read.
#include <zlib.h>

#include <algorithm>
#include <cassert>

#include "radio/iq/sdriq.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  Bytes bytes(radio::kSdriqHeaderBytes);
  std::copy_n(data, std::min(size, bytes.size()), bytes.begin());
  static_cast<void>(radio::parse_sdriq_header(bytes, "fuzz").has_value());
  const auto crc = crc32(0, bytes.data(), 28);
  for (std::size_t i = 0; i < 4; ++i) bytes[28 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
  const auto header = radio::parse_sdriq_header(bytes, "fuzz");
  if (!header) return 0;
  assert(header->rate_hz > 0 && header->centre_hz >= 0);
  static_cast<void>(to_iso8601(header->time));
  return 0;
}
