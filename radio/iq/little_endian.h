// Numbers of file headers, least significant byte first.
#pragma once
#include <cassert>
#include <concepts>

#include "core/bytes.h"

namespace earshot::radio {

template <std::unsigned_integral T>
T get_little(ByteView bytes, std::size_t at) {
  assert(at + sizeof(T) <= bytes.size());
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(T{bytes[at + i]} << (8 * i)));
  }
  return value;
}

template <std::unsigned_integral T>
void put_little(Bytes& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
}

}  // namespace earshot::radio
