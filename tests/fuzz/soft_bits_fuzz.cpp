// links: core radio
// The frame decoder on soft bits: likelihoods of chirp values as the air may make them, infinities
// and nonsense included, through iterative decoding to a header and a payload.
#include <bit>
#include <cstdlib>

#include "radio/css/block_decoder.h"
#include "radio/css/demodulator.h"

namespace {

using namespace earshot::radio;

// Powers of one symbol's bins from bytes: as small and large as bytes say, and any float at all for
// the rarest.
std::vector<float> symbol_powers(std::span<const std::uint8_t> bytes, std::size_t symbol,
                                 std::size_t bins) {
  std::vector<float> power(bins, 1.0F);
  for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
    const std::size_t bin = (std::size_t{bytes[i]} * 31 + symbol * 7 + i) % bins;
    const std::uint32_t raw = std::uint32_t{bytes[i + 1]} << 24 |
                              std::uint32_t{bytes[i + 2]} << 16 | std::uint32_t{bytes[i + 3]} << 8;
    const auto any = std::bit_cast<float>(raw);
    power[bin] = bytes[i] % 16 == 0 ? any : static_cast<float>(bytes[i + 1] * bytes[i + 2]);
  }
  return power;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 6) return 0;
  const int sf = 7 + data[0] % 3;
  const bool reduced = (data[1] & 1) != 0;
  const int rounds = data[2] % 4;
  const double signal = 1 + data[3] * 100.0;
  const double noise = 1e-3 + data[4];
  const std::span<const std::uint8_t> bytes(data + 5, size - 5);
  BitLikelihoods bits(sf);
  const auto block = [&](const BlockShape& shape, std::size_t first) {
    std::vector<std::vector<float>> symbols;
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape.columns); ++i) {
      symbols.push_back(symbol_powers(bytes, first + i, std::size_t{1} << sf));
      value_likelihoods(symbols.back(), signal, noise, symbols.back());
      bits.reduced_evidence(symbols.back());
    }
    return decode_block(bits, symbols, shape, rounds).nibbles;
  };
  std::vector<std::uint8_t> nibbles = block(header_block(sf), 0);
  if (nibbles.size() != static_cast<std::size_t>(sf - 2)) std::abort();
  for (const std::uint8_t nibble : nibbles) {
    if (nibble > 15) std::abort();
  }
  const auto header = decode_header(std::span(nibbles).first<kHeaderNibbles>());
  if (!header) return 0;
  nibbles.erase(nibbles.begin(), nibbles.begin() + kHeaderNibbles);
  const BlockShape shape = payload_block(sf, header->coding_rate, reduced);
  const auto wanted = static_cast<std::size_t>(payload_nibbles(*header));
  for (std::size_t first = 8; nibbles.size() < wanted; first += 8) {
    const auto more = block(shape, first);
    nibbles.insert(nibbles.end(), more.begin(), more.end());
  }
  const PayloadBytes payload = assemble_payload(*header, nibbles);
  if (static_cast<int>(payload.payload.size()) != header->payload_bytes) std::abort();
  if (payload.crc_ok.has_value() != header->crc) std::abort();
  return 0;
}
