// What the receiver makes of noise alone: eight channels, six spreading factors.
#pragma once
#include <nlohmann/json.hpp>

namespace earshot::radio {

// {hours, with_crc, header_only, with_crc_per_hour, ...}: frames whose CRC was right, and those
// that only passed the header's five-bit checksum (no CRC, or a wrong one).
nlohmann::json measure_false_frames(double seconds);

}  // namespace earshot::radio
