// The map's left part: ground, links, hotspots and their labels.
#pragma once
#include "simulator/map/canvas.h"
#include "simulator/map/model.h"

namespace earshot::simulator {

void draw_field(Canvas& canvas, const Box& frame, const MapModel& model);

}  // namespace earshot::simulator
