// LoRa's whitening: the payload (not its CRC, not the header) is XORed with a fixed sequence.
//
// The sequence is the state of an 8-bit LFSR, x^8 + x^6 + x^5 + x^4 + 1, that starts at 0xFF
// (source: the table of gr-lora_sdr 862746d, of which the polynomial is derived; the test pins
// both).
#pragma once
#include <cstdint>
#include <span>

namespace earshot::radio {

// XORs in place; its own inverse. Bytes [0, size) of the frame's payload.
void whiten(std::span<std::uint8_t> payload);

}  // namespace earshot::radio
