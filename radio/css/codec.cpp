#include "radio/css/codec.h"

#include <algorithm>

#include "radio/css/gray.h"
#include "radio/css/hamming.h"
#include "radio/css/interleaver.h"
#include "radio/css/whitening.h"

namespace earshot::radio {

namespace {

std::vector<std::uint8_t> frame_nibbles(const CssParams& params,
                                        std::span<const std::uint8_t> payload) {
  std::vector<std::uint8_t> nibbles;
  if (!params.implicit_header) {
    const auto header =
        encode_header({static_cast<int>(payload.size()), params.coding_rate, params.crc});
    nibbles.assign(header.begin(), header.end());
  }
  const auto put = [&nibbles](unsigned byte) {
    nibbles.push_back(static_cast<std::uint8_t>(byte & 15));
    nibbles.push_back(static_cast<std::uint8_t>(byte >> 4 & 15));
  };
  std::vector<std::uint8_t> whitened(payload.begin(), payload.end());
  whiten(whitened);
  for (const std::uint8_t byte : whitened) put(byte);
  if (params.crc) {
    const std::uint16_t crc = payload_crc(payload);
    put(crc);
    put(crc >> 8);
  }
  return nibbles;
}

// LLRs of a hard symbol: the bits that make this chirp value (in reduced shape, the nearest).
void hard_llrs(std::uint16_t value, int spreading_factor, const BlockShape& shape, float* llrs) {
  const std::uint32_t chips = 1U << spreading_factor;
  std::uint32_t index = (value + chips - 1) % chips;
  if (shape.reduced) index = (index + 2) % chips / 4;
  const std::uint32_t bits = gray_encode(index);
  for (int bit = 0; bit < shape.rows; ++bit) {
    llrs[bit] = (bits >> (shape.rows - 1 - bit) & 1) != 0 ? 1.0F : -1.0F;
  }
}

BlockNibbles decode_hard_block(std::span<const std::uint16_t> symbols, int spreading_factor,
                               const BlockShape& shape) {
  std::vector<float> llrs(static_cast<std::size_t>(shape.rows * shape.columns));
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    hard_llrs(symbols[i], spreading_factor, shape, &llrs[i * static_cast<std::size_t>(shape.rows)]);
  }
  return decode_block(llrs, shape);
}

}  // namespace

std::uint16_t payload_crc(std::span<const std::uint8_t> payload) {
  std::uint32_t crc = 0;
  const std::size_t size = payload.size();
  for (std::size_t i = 0; i + 2 < size; ++i) {
    crc ^= static_cast<std::uint32_t>(payload[i]) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
    crc &= 0xFFFF;
  }
  if (size >= 2) crc ^= static_cast<std::uint32_t>(payload[size - 2]) << 8;
  if (size >= 1) crc ^= payload[size - 1];
  return static_cast<std::uint16_t>(crc);
}

BlockShape header_block(int spreading_factor) {
  return {spreading_factor - 2, kHeaderCodingRate + 4, true};
}

BlockShape payload_block(int spreading_factor, int coding_rate, bool low_data_rate) {
  return {spreading_factor - (low_data_rate ? 2 : 0), coding_rate + 4, low_data_rate};
}

std::uint16_t chirp_value(std::uint32_t bits, int spreading_factor, bool reduced) {
  const std::uint32_t index = gray_decode(bits) * (reduced ? 4U : 1U);
  return static_cast<std::uint16_t>((index + 1) % (1U << spreading_factor));
}

std::vector<std::uint16_t> encode_block(std::span<const std::uint8_t> nibbles,
                                        const BlockShape& shape, int spreading_factor) {
  std::vector<std::uint8_t> codewords(static_cast<std::size_t>(shape.rows));
  for (std::size_t row = 0; row < codewords.size(); ++row) {
    const std::uint8_t nibble = row < nibbles.size() ? nibbles[row] : std::uint8_t{0};
    codewords[row] = hamming_encode(nibble, shape.columns - 4);
  }
  std::vector<std::uint16_t> symbols = interleave(codewords, shape.columns);
  for (std::uint16_t& symbol : symbols) {
    symbol = chirp_value(symbol, spreading_factor, shape.reduced);
  }
  return symbols;
}

std::vector<std::uint16_t> encode_symbols(const CssParams& params,
                                          std::span<const std::uint8_t> payload) {
  const std::vector<std::uint8_t> nibbles = frame_nibbles(params, payload);
  const int sf = params.spreading_factor;
  std::vector<std::uint16_t> symbols;
  BlockShape shape = header_block(sf);
  for (std::span<const std::uint8_t> left = nibbles; !left.empty();) {
    const auto block = encode_block(left, shape, sf);
    symbols.insert(symbols.end(), block.begin(), block.end());
    left = left.subspan(std::min(left.size(), static_cast<std::size_t>(shape.rows)));
    shape = payload_block(sf, params.coding_rate, uses_low_data_rate(params));
  }
  return symbols;
}

BlockNibbles decode_block(std::span<const float> llrs, const BlockShape& shape) {
  std::vector<float> codewords(llrs.size());
  deinterleave(llrs, shape.rows, codewords);
  BlockNibbles block;
  const auto columns = static_cast<std::size_t>(shape.columns);
  for (std::size_t row = 0; row < static_cast<std::size_t>(shape.rows); ++row) {
    const SoftNibble soft = hamming_decode(std::span(codewords).subspan(row * columns, columns));
    block.nibbles.push_back(soft.nibble);
    block.margin += soft.margin;
  }
  return block;
}

int payload_nibbles(const PhyHeader& header) {
  return 2 * header.payload_bytes + (header.crc ? 4 : 0);
}

PayloadBytes assemble_payload(const PhyHeader& header, std::span<const std::uint8_t> nibbles) {
  const auto byte_at = [&nibbles](std::size_t i) {
    return static_cast<std::uint8_t>(nibbles[2 * i] | nibbles[2 * i + 1] << 4);
  };
  const auto size = static_cast<std::size_t>(header.payload_bytes);
  PayloadBytes bytes;
  for (std::size_t i = 0; i < size; ++i) bytes.payload.push_back(byte_at(i));
  whiten(bytes.payload);
  if (header.crc) {
    bytes.crc_ok = payload_crc(bytes.payload) == (byte_at(size) | byte_at(size + 1) << 8);
  }
  return bytes;
}

std::optional<DecodedSymbols> decode_symbols(const CssParams& params,
                                             std::span<const std::uint16_t> symbols,
                                             int implicit_bytes) {
  const int sf = params.spreading_factor;
  const auto too_large = [sf](std::uint16_t value) { return value >> sf != 0; };
  if (symbols.size() < kHeaderSymbols || std::any_of(symbols.begin(), symbols.end(), too_large)) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> nibbles =
      decode_hard_block(symbols.first(kHeaderSymbols), sf, header_block(sf)).nibbles;
  PhyHeader header = {implicit_bytes, params.coding_rate, params.crc};
  if (!params.implicit_header) {
    const auto found = decode_header(std::span(nibbles).first<kHeaderNibbles>());
    if (!found) return std::nullopt;
    header = *found;
    nibbles.erase(nibbles.begin(), nibbles.begin() + kHeaderNibbles);
  }
  const BlockShape shape = payload_block(sf, header.coding_rate, uses_low_data_rate(params));
  const auto columns = static_cast<std::size_t>(shape.columns);
  const auto wanted = static_cast<std::size_t>(payload_nibbles(header));
  for (std::size_t at = kHeaderSymbols; nibbles.size() < wanted; at += columns) {
    if (symbols.size() < at + columns) return std::nullopt;
    const BlockNibbles block = decode_hard_block(symbols.subspan(at, columns), sf, shape);
    nibbles.insert(nibbles.end(), block.nibbles.begin(), block.nibbles.end());
  }
  return DecodedSymbols{header, assemble_payload(header, nibbles)};
}

}  // namespace earshot::radio
