// The coverage map as a PNG (Cairo).
#pragma once
#include "core/bytes.h"
#include "simulator/map/model.h"

namespace earshot::simulator {

// A PNG of 1600 x 1040 pixels. At least one hotspot (precondition). Errc::unavailable when the
// graphics library fails.
Result<Bytes> draw_coverage_map(const MapModel& model);

}  // namespace earshot::simulator
