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

// The length behind a first byte that says it takes `digits` bytes.
Result<std::size_t> long_length(ByteView bytes, std::size_t digits) {
  if (bytes.size() < 1 + digits) return fail(Errc::bad_data, "RLP: ends within a length");
  if (digits > sizeof(std::uint64_t) || bytes[1] == 0) {
    return fail(Errc::bad_data, "RLP: a length with leading zeros");
  }
  std::uint64_t length = 0;
  for (const std::uint8_t digit : bytes.subspan(1, digits)) length = length << 8 | digit;
  if (length <= kShort) return fail(Errc::bad_data, "RLP: a length longer than need be");
  return length;
}

struct FirstItem {
  RlpItem item;
  std::size_t size = 0;  // With its prefix.
};

Result<FirstItem> first_item(ByteView bytes) {
  if (bytes.empty()) return fail(Errc::bad_data, "RLP: an item is missing");
  const std::uint8_t first = bytes.front();
  if (first < kBytesOffset) return FirstItem{{false, bytes.first(1)}, 1};
  const bool is_list = first >= kListOffset;
  std::size_t length = first - (is_list ? kListOffset : kBytesOffset);
  std::size_t prefix = 1;
  if (length > kShort) {
    const std::size_t digits = length - kShort;
    const Result<std::size_t> told = long_length(bytes, digits);
    if (!told) return fail(told.error());
    prefix += digits;
    length = *told;
  }
  if (length > bytes.size() - prefix) {
    return fail(Errc::bad_data, "RLP: found " + std::to_string(bytes.size() - prefix) +
                                    " bytes, expected " + std::to_string(length));
  }
  const ByteView payload = bytes.subspan(prefix, length);
  if (!is_list && length == 1 && payload.front() < kBytesOffset) {
    return fail(Errc::bad_data, "RLP: a prefix before a byte that needs none");
  }
  return FirstItem{{is_list, payload}, prefix + length};
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

Result<RlpItem> rlp_item(ByteView bytes) {
  const Result<FirstItem> first = first_item(bytes);
  if (!first) return fail(first.error());
  if (first->size == bytes.size()) return first->item;
  return fail(Errc::bad_data,
              "RLP: " + std::to_string(bytes.size() - first->size) + " bytes after the item");
}

Result<std::vector<RlpItem>> rlp_items(const RlpItem& list) {
  if (!list.is_list) return fail(Errc::bad_data, "RLP: found bytes, expected a list");
  std::vector<RlpItem> items;
  for (ByteView rest = list.payload; !rest.empty();) {
    const Result<FirstItem> first = first_item(rest);
    if (!first) return fail(first.error());
    items.push_back(first->item);
    rest = rest.subspan(first->size);
  }
  return items;
}

Result<Uint128> rlp_number(const RlpItem& item) {
  if (item.is_list) return fail(Errc::bad_data, "RLP: found a list, expected a number");
  if (item.payload.size() > sizeof(Uint128)) {
    return fail(Errc::bad_data, "RLP: found a number of " + std::to_string(item.payload.size()) +
                                    " bytes, expected at most 16");
  }
  if (!item.payload.empty() && item.payload.front() == 0) {
    return fail(Errc::bad_data, "RLP: a number with leading zeros");
  }
  Uint128 value = 0;
  for (const std::uint8_t digit : item.payload) value = value << 8 | digit;
  return value;
}

}  // namespace earshot::rewards::chain
