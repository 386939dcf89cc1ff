// S2 cells in integers, for the decision path: Google's S2 library computes the same with floating
// point, and a test holds both against each other.
//
// A cell is a 64-bit id: 3 bits of face, then 2 bits for each of its levels along a Hilbert curve,
// then a single 1 bit and zeros. Level 15 is about 280 m across, each level up doubles that.
#pragma once
#include <cstdint>
#include <vector>

#include "core/position.h"

namespace earshot {

using S2Cell = std::uint64_t;

inline constexpr int kMaxS2Level = 30;
inline constexpr int kPositionCellLevel = 15;  // Given: core/messages.h, Onboarding::s2_cell.

// The last bit that is set says the level.
bool is_s2_cell(std::uint64_t id);
// Preconditions of all below: is_s2_cell.
int s2_level(S2Cell cell);
// The cell of `level` that `cell` is in; the cell itself at its own level. Precondition: level is
// at most the cell's.
S2Cell s2_parent(S2Cell cell, int level);
// The cells of its own level that share an edge or a corner with it, ascending: eight, seven at a
// corner of the cube.
std::vector<S2Cell> s2_neighbours(S2Cell cell);

// Whether the place, seen from above, is in the cell or within 32 to 64 m of it. (Places are
// rounded, and the ellipsoid's normal, along which S2 looks, is a series here that ends after its
// first term in height.) Coordinates within +-10^10 mm.
bool s2_cell_holds(S2Cell cell, const Ecef& place);

}  // namespace earshot
