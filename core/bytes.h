// Bytes and their canonical form: big-endian, fixed width, nothing left over.
//
// Writer appends; Reader takes from the front and remembers the first shortage, so that a decoder
// reads straight through and asks once at the end (`finish`). Both are single-threaded values.
#pragma once
#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/result.h"

namespace earshot {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;
using Hash256 = ByteArray<32>;

std::string to_hex(ByteView bytes);  // Lower case, no prefix.
// Accepts upper and lower case and an optional 0x; an even number of digits. Errc::bad_data
// otherwise.
Result<Bytes> from_hex(std::string_view text);
// As from_hex, and the length must be N: the error says what was found and what is expected.
template <std::size_t N>
Result<ByteArray<N>> array_from_hex(std::string_view text) {
  Result<Bytes> bytes = from_hex(text);
  if (!bytes) return fail(bytes.error());
  if (bytes->size() != N) {
    return fail(Errc::bad_data, "found " + std::to_string(bytes->size()) +
                                    " bytes of hex, expected " + std::to_string(N));
  }
  ByteArray<N> out{};
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Writer {
 public:
  template <std::integral T>
  void put(T value) {
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
      bytes_.push_back(
          static_cast<std::uint8_t>(static_cast<std::make_unsigned_t<T>>(value) >> shift));
    }
  }
  void put(ByteView bytes);

  const Bytes& bytes() const& { return bytes_; }
  Bytes take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  template <std::integral T>
  T get() {
    const ByteView raw = get_bytes(sizeof(T));
    std::make_unsigned_t<T> value = 0;
    for (const std::uint8_t byte : raw) {
      value = static_cast<std::make_unsigned_t<T>>((static_cast<std::uint64_t>(value) << 8) | byte);
    }
    return static_cast<T>(value);
  }
  template <std::size_t N>
  ByteArray<N> get_array() {
    ByteArray<N> out{};
    const ByteView raw = get_bytes(N);
    std::copy(raw.begin(), raw.end(), out.begin());
    return out;
  }
  // A view into the input, valid as long as the input; empty (and failed) when fewer are left.
  ByteView get_bytes(std::size_t count) {
    if (failed_ || bytes_.size() - offset_ < count) {
      failed_ = true;
      return {};
    }
    const ByteView out = bytes_.subspan(offset_, count);
    offset_ += count;
    return out;
  }

  std::size_t offset() const { return offset_; }
  std::size_t left() const { return bytes_.size() - offset_; }
  bool failed() const { return failed_; }
  // Ok when everything asked for was there and nothing is left; `what` names the thing in the
  // error.
  Result<void> finish(std::string_view what) const;

 private:
  ByteView bytes_;
  std::size_t offset_ = 0;
  bool failed_ = false;
};

}  // namespace earshot
