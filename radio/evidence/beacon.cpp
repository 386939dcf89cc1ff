#include "radio/evidence/beacon.h"

#include <algorithm>

namespace earshot::radio {

CssParams beacon_params(int spreading_factor, double bandwidth_hz) {
  CssParams params;
  params.spreading_factor = spreading_factor;
  params.bandwidth_hz = bandwidth_hz;
  params.sync_word = kBeaconSyncWord;
  params.preamble_symbols = kBeaconPreambleSymbols;
  return params;
}

std::optional<Tag> beacon_tag(const Frame& frame) {
  const CssParams& params = frame.params;
  const auto& payload = frame.payload;
  const bool is_beacon = !params.implicit_header && params.crc && params.coding_rate == 1 &&
                         params.sync_word == kBeaconSyncWord && frame.crc_ok.value_or(false) &&
                         payload.size() == kBeaconPayloadSize && payload[0] == kBeaconMhdr &&
                         payload[1] == kBeaconVersion;
  if (!is_beacon) return std::nullopt;
  Tag tag{};
  std::copy(payload.begin() + 2, payload.end(), tag.begin());
  return tag;
}

}  // namespace earshot::radio
