// The explicit header: five nibbles, 4/8 coded, in the frame's first eight symbols.
//
// length (high, low), coding rate << 1 | has CRC, checksum bit 4, checksum bits 3..0; each checksum
// bit is a parity over the first twelve bits (source: gr-lora_sdr 862746d).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace earshot::radio {

inline constexpr int kHeaderNibbles = 5;
inline constexpr int kHeaderSymbols = 8;
inline constexpr int kHeaderCodingRate = 4;

struct PhyHeader {
  int payload_bytes = 0;  // 1..255.
  int coding_rate = 0;    // 1..4.
  bool crc = false;
  bool operator==(const PhyHeader&) const = default;
};

std::array<std::uint8_t, kHeaderNibbles> encode_header(const PhyHeader& header);
// Nothing when the checksum differs, the length is 0 or the coding rate is none of 1..4.
std::optional<PhyHeader> decode_header(std::span<const std::uint8_t, kHeaderNibbles> nibbles);

}  // namespace earshot::radio
