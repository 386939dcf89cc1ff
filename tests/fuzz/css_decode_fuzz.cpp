// links: core radio
// Header and payload decoding from arbitrary symbols: whatever arrives on the air, the decoder must
// answer within bounds.
#include <cstdlib>

#include "radio/css/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot::radio;
  if (size < 4) return 0;
  CssParams params;
  params.spreading_factor = 7 + data[0] % 6;
  params.coding_rate = 1 + data[1] % 4;
  params.implicit_header = (data[2] & 1) != 0;
  params.crc = (data[2] & 2) != 0;
  params.ldro = (data[2] & 4) != 0 ? LowDataRate::on : LowDataRate::off;
  const int implicit_bytes = data[3] == 0 ? 1 : data[3];
  std::vector<std::uint16_t> symbols;
  for (std::size_t i = 4; i + 1 < size; i += 2) {
    // Mostly legal values; every sixteenth may be out of range.
    const unsigned raw = static_cast<unsigned>(data[i] << 8 | data[i + 1]);
    const unsigned mask = (raw >> 12) == 15 ? 0xFFFFU : (1U << params.spreading_factor) - 1;
    symbols.push_back(static_cast<std::uint16_t>(raw & mask));
  }
  const auto decoded = decode_symbols(params, symbols, implicit_bytes);
  if (!decoded) return 0;
  if (static_cast<int>(decoded->bytes.payload.size()) != decoded->header.payload_bytes)
    std::abort();
  // What was decoded can be sent, and then decodes to itself.
  params.coding_rate = decoded->header.coding_rate;
  params.crc = decoded->header.crc;
  const auto again =
      decode_symbols(params, encode_symbols(params, decoded->bytes.payload), implicit_bytes);
  if (!again || again->bytes.payload != decoded->bytes.payload) std::abort();
  return 0;
}
