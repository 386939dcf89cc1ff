// The beacon as a LoRa frame: the parameters that core/protocol.h fixes, and how to tell one.
#pragma once
#include <optional>

#include "core/protocol.h"
#include "radio/css/receiver.h"

namespace earshot::radio {

// Explicit header, CR 4/5, CRC on, preamble 8, sync word 0x34 (DESIGN section 2).
CssParams beacon_params(int spreading_factor, double bandwidth_hz);

// The tag when `frame` is a beacon that came through whole: beacon parameters, valid CRC, our MHDR
// and version, 18 bytes. Nothing for every other frame.
std::optional<Tag> beacon_tag(const Frame& frame);

}  // namespace earshot::radio
