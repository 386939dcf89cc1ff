#include "rewards/chain/rlp.h"

#include <algorithm>

namespace earshot::rewards::chain {
namespace {

// Given by the encoding: up to this many bytes the length fits the first byte.
constexpr std::size_t kShort = 55;
constexpr std::uint8_t kBytesOffset = 0x80;
constexpr std::uint8_t kListOffset = 0xC0;

ByteView without_leading_zeros(ByteView big_endian) {
  const auto first =
      std::find_if(big_endian.begin(), big_endian.end(), [](std::uint8_t b) { return b != 0; });
  return {first, big_endian.end()};
}

Bytes with_prefix(std::uint8_t offset, ByteView payload) {
  Writer out;
  if (payload.size() <= kShort) {
    out.put(static_cast<std::uint8_t>(offset + payload.size()));
  } else {
    Writer length;
    length.put(static_cast<std::uint64_t>(payload.size()));
    const ByteView digits = without_leading_zeros(length.bytes());
    out.put(static_cast<std::uint8_t>(offset + kShort + digits.size()));
    out.put(digits);
  }
  out.put(payload);
  return std::move(out).take();
}

}  // namespace

Bytes rlp_bytes(ByteView bytes) {
  if (bytes.size() == 1 && bytes[0] < kBytesOffset) return {bytes[0]};
  return with_prefix(kBytesOffset, bytes);
}

Bytes rlp_integer(ByteView big_endian) { return rlp_bytes(without_leading_zeros(big_endian)); }

Bytes rlp_integer(Uint128 value) {
  Writer digits;
  digits.put(static_cast<std::uint64_t>(value >> 64));
  digits.put(static_cast<std::uint64_t>(value));
  return rlp_integer(ByteView(digits.bytes()));
}

Bytes rlp_list(std::span<const Bytes> items) {
  Bytes payload;
  for (const Bytes& item : items) payload.insert(payload.end(), item.begin(), item.end());
  return with_prefix(kListOffset, payload);
}

}  // namespace earshot::rewards::chain
