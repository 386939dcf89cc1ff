// Hex density (HIP-17 as Helium's oracles computed it), over any hierarchy of cells: where hotspots
// are crowded, each of them counts for less.
//
// Level by level, from the finest to the coarsest, a cell's count is that of its children, clipped:
//
//     unclipped = sum of the children's clipped counts (of its hotspots, at the first level)
//     occupied  = how many of the cell and its neighbours have an unclipped count >= target
//     limit     = min(max, target * max(occupied - neighbours + 1, 1))
//     clipped   = min(limit, unclipped)
//     scale of a cell of the counted level = product over the levels of clipped / unclipped
//
// So a full cell among full neighbours is allowed more: a town is no fraud. Order of the population
// does not matter.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace earshot::rewards {

inline constexpr std::uint64_t kFullScale = 10'000;  // One, in steps of 10^-4.

class CellHierarchy {
 public:
  virtual ~CellHierarchy() = default;
  // The cell of `level` that holds `cell`, which is of that level or a finer one.
  virtual std::uint64_t parent(std::uint64_t cell, int level) const = 0;
  // Those that touch it, of its own level, without itself.
  virtual std::vector<std::uint64_t> neighbours(std::uint64_t cell) const = 0;
};

// Google's S2 (core/s2.h). Cells finer than their level say nothing: a parent of a coarser cell is
// the cell itself.
class S2Hierarchy : public CellHierarchy {
 public:
  std::uint64_t parent(std::uint64_t cell, int level) const override;
  std::vector<std::uint64_t> neighbours(std::uint64_t cell) const override;
};

struct DensityStep {
  int level = 0;
  std::uint32_t neighbours = 0;  // So many occupied ones are allowed before the limit grows.
  std::uint32_t target = 0;
  std::uint32_t max = 0;  // At least the target.
};

// `population`: a cell for each hotspot that counts. `steps`: finest first, each level at most
// `counted_level`. The scale in 10^-4 of each counted cell, rounded to the nearest, ties to the
// even.
std::map<std::uint64_t, std::uint64_t> density_scales(const CellHierarchy& hierarchy,
                                                      std::span<const std::uint64_t> population,
                                                      std::span<const DensityStep> steps,
                                                      int counted_level);

}  // namespace earshot::rewards
