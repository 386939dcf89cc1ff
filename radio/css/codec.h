// The code chain: bytes -> whitening, CRC -> nibbles -> codewords -> interleaved bits -> chirps,
// and back from soft bits.
//
// Nibbles of a frame: the header's five (explicit mode), then each payload byte whitened, low
// nibble first, then the CRC, not whitened, low nibble first. The first SF - 2 nibbles make the
// header block: 4/8, 8 symbols of SF - 2 bits. All further blocks have SF rows (SF - 2 with
// low-data-rate optimisation) at the frame's coding rate; the last is filled with zero nibbles.
// A symbol of SF - 2 bits is the chirp 4 * gray_decode(bits) + 1, one of SF bits gray_decode(bits)
// + 1 (sources: gr-lora_sdr 862746d; Tapparel et al., SPAWC 2020).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "radio/css/header.h"
#include "radio/css/params.h"

namespace earshot::radio {

// CRC-16 (polynomial 0x1021, initial value 0) of all bytes but the last two, XORed with the last
// two. Of one byte: the byte.
std::uint16_t payload_crc(std::span<const std::uint8_t> payload);

// Chirp values of the symbols after the 2.25 down-chirps. Precondition: validate(params) and
// 1..255 bytes.
std::vector<std::uint16_t> encode_symbols(const CssParams& params,
                                          std::span<const std::uint8_t> payload);

// How the bits of one block of symbols become a chirp value: bit width and scale.
struct BlockShape {
  int rows = 0;     // Bits in a symbol, codewords in the block.
  int columns = 0;  // Symbols in the block, bits of a codeword.
  bool reduced = false;
};
BlockShape header_block(int spreading_factor);
BlockShape payload_block(int spreading_factor, int coding_rate, bool low_data_rate);
// bits < 2^rows, most significant bit first in the interleaver's sense.
std::uint16_t chirp_value(std::uint32_t bits, int spreading_factor, bool reduced);

// The symbols of one block; nibbles beyond the end count as zero. Real transmitters fill the last
// block with other nibbles: they are not part of the frame.
std::vector<std::uint16_t> encode_block(std::span<const std::uint8_t> nibbles,
                                        const BlockShape& shape, int spreading_factor);

struct BlockNibbles {
  std::vector<std::uint8_t> nibbles;  // rows
  float margin = 0;                   // Sum over the codewords.
};
// llrs[symbol * rows + bit], ln P(1)/P(0), most significant bit first.
BlockNibbles decode_block(std::span<const float> llrs, const BlockShape& shape);

struct PayloadBytes {
  std::vector<std::uint8_t> payload;
  std::optional<bool> crc_ok;  // Nothing when the frame has no CRC.
};
// nibbles: all after the header's, at least what the header demands. Precondition:
// nibbles.size() >= payload_nibbles(header).
int payload_nibbles(const PhyHeader& header);
PayloadBytes assemble_payload(const PhyHeader& header, std::span<const std::uint8_t> nibbles);

struct DecodedSymbols {
  PhyHeader header;
  PayloadBytes bytes;
};
// Hard decisions: chirp values as encode_symbols gives. Nothing when the header's checksum fails,
// symbols are missing or a value is 2^SF or more. `params` gives SF and LDRO, and in implicit mode
// coding rate and CRC, with `implicit_bytes` (1..255).
std::optional<DecodedSymbols> decode_symbols(const CssParams& params,
                                             std::span<const std::uint16_t> symbols,
                                             int implicit_bytes = 0);

}  // namespace earshot::radio
