// The S2 cell of a place (Google S2): what density scaling of rewards counts in.
#pragma once
#include "core/position.h"

namespace earshot::hotspot {

std::uint64_t s2_cell_of(const Ecef& place);

}  // namespace earshot::hotspot
