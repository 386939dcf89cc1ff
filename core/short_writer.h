// As Writer (core/bytes.h), for bytes of which at most N come: on the stack, without an allocation.
#pragma once
#include <cassert>

#include "core/bytes.h"

namespace earshot {

template <std::size_t N>
class ShortWriter {
 public:
  template <std::integral T>
  void put(T value) {
    assert(N - size_ >= sizeof(T));
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
      bytes_[size_++] =
          static_cast<std::uint8_t>(static_cast<std::make_unsigned_t<T>>(value) >> shift);
    }
  }
  void put(ByteView bytes) {
    assert(N - size_ >= bytes.size());
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
  }

  // Valid as long as this is.
  ByteView bytes() const { return ByteView(bytes_).first(size_); }
  Bytes copy() const { return {bytes().begin(), bytes().end()}; }

 private:
  std::array<std::uint8_t, N> bytes_;
  std::size_t size_ = 0;
};

}  // namespace earshot
