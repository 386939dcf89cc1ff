// Parameters of LoRa's chirp spread spectrum and the symbol arithmetic that follows from them.
#pragma once
#include <cstdint>
#include <optional>

#include "core/result.h"

namespace earshot::radio {

enum class LowDataRate : std::uint8_t { automatic, on, off };

struct CssParams {
  int spreading_factor = 7;     // 7..12, bits per symbol.
  double bandwidth_hz = 125e3;  // Chips per second.
  int coding_rate = 1;          // 1..4: 4/5..4/8. In implicit mode the receiver must be told.
  bool implicit_header = false;
  bool crc = true;
  LowDataRate ldro = LowDataRate::automatic;  // automatic: on above 16 ms per symbol.
  std::uint8_t sync_word = 0x12;              // 0x12 private, 0x34 public (LoRaWAN, our beacons).
  int preamble_symbols = 8;                   // >= 6 up-chirps before the sync word.
};

constexpr int chips_per_symbol(int spreading_factor) { return 1 << spreading_factor; }
constexpr double symbol_seconds(const CssParams& params) {
  return chips_per_symbol(params.spreading_factor) / params.bandwidth_hz;
}
bool uses_low_data_rate(const CssParams& params);
// Payload symbols after the header's 8: n of "preamble + 4.25 + n"; explicit or implicit, CRC or
// not.
int payload_symbols(const CssParams& params, int payload_bytes);  // Includes the first eight.
// Samples at `rate_hz` of the whole frame, preamble to last symbol (fractional).
double frame_seconds(const CssParams& params, int payload_bytes);
// From frame start to the anchor, the end of the 2.25 down-chirps.
double anchor_seconds(const CssParams& params);
// Errc::usage names the member and its range.
Result<void> validate(const CssParams& params);

}  // namespace earshot::radio
