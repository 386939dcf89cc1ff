#include "radio/css/params.h"

#include <cmath>
#include <string>

#include "radio/css/header.h"

namespace earshot::radio {

namespace {

constexpr double kLowDataRateSeconds = 16e-3;  // Given: SX1276 datasheet 4.1.1.6.
constexpr double kSyncAndDownChirps = 4.25;    // Given: 2 sync words and 2.25 down-chirps.
constexpr int kCrcNibbles = 4;

Result<void> out_of_range(const char* member, const std::string& found, const char* allowed) {
  return fail(Errc::usage, std::string(member) + " is " + found + ", allowed is " + allowed);
}

}  // namespace

bool uses_low_data_rate(const CssParams& params) {
  if (params.ldro == LowDataRate::automatic) return symbol_seconds(params) > kLowDataRateSeconds;
  return params.ldro == LowDataRate::on;
}

int payload_symbols(const CssParams& params, int payload_bytes) {
  const int nibbles = 2 * payload_bytes + (params.implicit_header ? 0 : kHeaderNibbles) +
                      (params.crc ? kCrcNibbles : 0);
  const int beyond_header = nibbles - (params.spreading_factor - 2);
  if (beyond_header <= 0) return kHeaderSymbols;
  const int rows = params.spreading_factor - (uses_low_data_rate(params) ? 2 : 0);
  return kHeaderSymbols + (beyond_header + rows - 1) / rows * (params.coding_rate + 4);
}

double frame_seconds(const CssParams& params, int payload_bytes) {
  return anchor_seconds(params) + payload_symbols(params, payload_bytes) * symbol_seconds(params);
}

double anchor_seconds(const CssParams& params) {
  return (params.preamble_symbols + kSyncAndDownChirps) * symbol_seconds(params);
}

Result<void> validate(const CssParams& params) {
  if (params.spreading_factor < 7 || params.spreading_factor > 12) {
    return out_of_range("spreading_factor", std::to_string(params.spreading_factor), "7..12");
  }
  if (!std::isfinite(params.bandwidth_hz) || params.bandwidth_hz < 1e3 ||
      params.bandwidth_hz > 10e6) {
    return out_of_range("bandwidth_hz", std::to_string(params.bandwidth_hz), "1e3..10e6");
  }
  if (params.coding_rate < 1 || params.coding_rate > 4) {
    return out_of_range("coding_rate", std::to_string(params.coding_rate), "1..4 (4/5..4/8)");
  }
  if (params.preamble_symbols < 6 || params.preamble_symbols > 65535) {
    return out_of_range("preamble_symbols", std::to_string(params.preamble_symbols), "6..65535");
  }
  return {};
}

}  // namespace earshot::radio
