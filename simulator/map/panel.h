// The map's right part: legend, cheats, payouts.
#pragma once
#include "simulator/map/canvas.h"
#include "simulator/map/model.h"

namespace earshot::simulator {

void draw_panel(Canvas& canvas, const Box& frame, const MapModel& model);

}  // namespace earshot::simulator
