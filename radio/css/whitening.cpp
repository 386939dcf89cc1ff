#include "radio/css/whitening.h"

#include <bit>

namespace earshot::radio {

namespace {

constexpr unsigned kTaps = 0xB8;  // Bits 7, 5, 4 and 3 feed back.

}  // namespace

void whiten(std::span<std::uint8_t> payload) {
  std::uint8_t state = 0xFF;
  for (std::uint8_t& byte : payload) {
    byte ^= state;
    const int feedback = std::popcount(state & kTaps) & 1;
    state = static_cast<std::uint8_t>((state << 1) | feedback);
  }
}

}  // namespace earshot::radio
