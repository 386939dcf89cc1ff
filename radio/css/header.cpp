#include "radio/css/header.h"

#include <bit>

namespace earshot::radio {

namespace {

// Bits of length << 4 | coding rate << 1 | CRC that each checksum bit sums, bit 4 first. Derived
// from the equations in gr-lora_sdr's header encoder.
constexpr std::array<unsigned, 5> kChecksumMasks = {0xF00, 0x8E1, 0x49A, 0x257, 0x12F};

unsigned checksum(unsigned fields) {
  unsigned sum = 0;
  for (const unsigned mask : kChecksumMasks) {
    sum = sum << 1 | (static_cast<unsigned>(std::popcount(fields & mask)) & 1U);
  }
  return sum;
}

}  // namespace

std::array<std::uint8_t, kHeaderNibbles> encode_header(const PhyHeader& header) {
  const unsigned fields = static_cast<unsigned>(header.payload_bytes) << 4 |
                          static_cast<unsigned>(header.coding_rate) << 1 | (header.crc ? 1U : 0U);
  const unsigned sum = checksum(fields);
  return {static_cast<std::uint8_t>(fields >> 8 & 15), static_cast<std::uint8_t>(fields >> 4 & 15),
          static_cast<std::uint8_t>(fields & 15), static_cast<std::uint8_t>(sum >> 4),
          static_cast<std::uint8_t>(sum & 15)};
}

std::optional<PhyHeader> decode_header(std::span<const std::uint8_t, kHeaderNibbles> nibbles) {
  const unsigned fields = static_cast<unsigned>(nibbles[0] << 8 | nibbles[1] << 4 | nibbles[2]);
  const unsigned sum = static_cast<unsigned>((nibbles[3] & 1) << 4 | nibbles[4]);
  const PhyHeader header = {static_cast<int>(fields >> 4), static_cast<int>(fields >> 1 & 7),
                            (fields & 1) != 0};
  if (checksum(fields) != sum || header.payload_bytes == 0) return std::nullopt;
  if (header.coding_rate < 1 || header.coding_rate > 4) return std::nullopt;
  return header;
}

}  // namespace earshot::radio
