#include "rewards/density.h"

#include <algorithm>
#include <numeric>

#include "core/s2.h"
#include "rewards/wide.h"

namespace earshot::rewards {
namespace {

using Counts = std::map<std::uint64_t, std::uint64_t>;

struct Level {
  Counts unclipped;
  Counts clipped;
};

std::uint64_t count_in(const Counts& counts, std::uint64_t cell) {
  const auto found = counts.find(cell);
  return found == counts.end() ? 0 : found->second;
}

std::uint64_t limit_of(const CellHierarchy& hierarchy, const Counts& unclipped, std::uint64_t cell,
                       const DensityStep& step) {
  std::uint64_t occupied = count_in(unclipped, cell) >= step.target ? 1 : 0;
  for (const std::uint64_t neighbour : hierarchy.neighbours(cell)) {
    if (count_in(unclipped, neighbour) >= step.target) ++occupied;
  }
  const std::uint64_t beyond = occupied > step.neighbours ? occupied - step.neighbours : 0;
  return std::min<std::uint64_t>(step.max, std::uint64_t{step.target} * (beyond + 1));
}

Level count_level(const CellHierarchy& hierarchy, const Counts& children, const DensityStep& step) {
  Level level;
  for (const auto& [child, count] : children) {
    level.unclipped[hierarchy.parent(child, step.level)] += count;
  }
  for (const auto& [cell, count] : level.unclipped) {
    // An empty neighbourhood that needs no limit is not asked for one: most cells hold few.
    const std::uint64_t least = std::min(step.max, step.target);
    level.clipped[cell] =
        count <= least ? count : std::min(count, limit_of(hierarchy, level.unclipped, cell, step));
  }
  return level;
}

// Product of fractions at most one. Beyond 64 bits both sides drop their last bits: a relative
// error below 2^-48 for a scale above 10^-4, the same on every machine.
struct Fraction {
  Uint128 numerator = 1;
  Uint128 denominator = 1;

  void multiply(std::uint64_t by, std::uint64_t over) {
    const std::uint64_t common = std::gcd(by, over);
    numerator *= by / common;
    denominator *= over / common;
    while (denominator >> 64 != 0) {
      numerator >>= 1;
      denominator >>= 1;
    }
  }
};

}  // namespace

std::uint64_t S2Hierarchy::parent(std::uint64_t cell, int level) const {
  return s2_level(cell) <= level ? cell : s2_parent(cell, level);
}
std::vector<std::uint64_t> S2Hierarchy::neighbours(std::uint64_t cell) const {
  return s2_neighbours(cell);
}

std::map<std::uint64_t, std::uint64_t> density_scales(const CellHierarchy& hierarchy,
                                                      std::span<const std::uint64_t> population,
                                                      std::span<const DensityStep> steps,
                                                      int counted_level) {
  Counts counted;
  for (const std::uint64_t cell : population) ++counted[hierarchy.parent(cell, counted_level)];
  std::vector<Level> levels;
  for (const DensityStep& step : steps) {
    levels.push_back(
        count_level(hierarchy, levels.empty() ? counted : levels.back().clipped, step));
  }
  std::map<std::uint64_t, std::uint64_t> scales;
  for (const auto& [cell, count] : counted) {
    Fraction scale;
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const std::uint64_t ancestor = hierarchy.parent(cell, steps[i].level);
      scale.multiply(levels[i].clipped.at(ancestor), levels[i].unclipped.at(ancestor));
    }
    const Uint128 steps_of_scale =
        multiply_divide_half_even(scale.numerator, kFullScale, scale.denominator);
    scales[cell] = static_cast<std::uint64_t>(steps_of_scale);
  }
  return scales;
}

}  // namespace earshot::rewards
