#include "rewards/density.h"

#include <gtest/gtest.h>

#include <random>

#include "core/s2.h"

namespace earshot::rewards {
namespace {

// A line of cells: level 2 holds ten of level 3, level 1 ten of level 2. 3123 is a cell of level 3.
class Line : public CellHierarchy {
 public:
  std::uint64_t parent(std::uint64_t cell, int level) const override {
    std::uint64_t own = cell / 1000;
    std::uint64_t place = cell % 1000;
    for (; static_cast<int>(own) > level; --own) place /= 10;
    return own * 1000 + place;
  }
  std::vector<std::uint64_t> neighbours(std::uint64_t cell) const override {
    return {cell - 1, cell + 1};
  }
};

TEST(Density, LeavesALonelyHotspotWhole) {
  const std::vector<std::uint64_t> population = {3123};
  const std::vector<DensityStep> steps = {{3, 1, 1, 1}, {2, 1, 1, 1}};
  EXPECT_EQ(density_scales(Line(), population, steps, 3).at(3123), kFullScale);
}

TEST(Density, SharesACellAmongThoseInIt) {
  const std::vector<std::uint64_t> population = {3123, 3123, 3123};
  const std::vector<DensityStep> steps = {{3, 2, 1, 1}};
  EXPECT_EQ(density_scales(Line(), population, steps, 3).at(3123), 3333U);
}

TEST(Density, MultipliesTheLevels) {
  // Two in 123, one in 124: three cells' worth of one each are clipped to one above.
  const std::vector<std::uint64_t> population = {3123, 3123, 3124};
  const std::vector<DensityStep> steps = {{3, 9, 1, 1}, {2, 9, 1, 1}};
  const auto scales = density_scales(Line(), population, steps, 3);
  EXPECT_EQ(scales.at(3123), 2500U);
  EXPECT_EQ(scales.at(3124), 5000U);
}

TEST(Density, AllowsMoreWhereTheNeighboursAreFullToo) {
  const std::vector<DensityStep> steps = {{3, 1, 2, 10}};
  const std::vector<std::uint64_t> alone = {3123, 3123, 3123, 3123};
  EXPECT_EQ(density_scales(Line(), alone, steps, 3).at(3123), 5000U);
  const std::vector<std::uint64_t> town = {3122, 3122, 3123, 3123, 3123, 3123, 3124, 3124};
  // Occupied: 3, one usual: limit 2 * (3 - 1 + 1) = 6.
  EXPECT_EQ(density_scales(Line(), town, steps, 3).at(3123), kFullScale);
}

TEST(Density, RoundsATieToTheEvenStep) {
  const std::vector<std::uint64_t> population(160, 3123);
  const std::vector<DensityStep> steps = {{3, 1, 1, 1}};
  EXPECT_EQ(density_scales(Line(), population, steps, 3).at(3123), 62U);  // 1 / 160 = 0.00625.
}

TEST(Density, DoesNotDependOnOrderAndNeverExceedsOneOnS2Property) {
  std::mt19937_64 bits(1);
  const S2Cell town = s2_parent(std::uint64_t{0x478c2e324} << 28, 10);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint64_t> population;
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t below = (town & -town) - 1;
      const std::uint64_t inside = town - (town & -town) + ((bits() & (2 * below)) | 1);
      population.push_back(s2_parent(inside, 15));
    }
    const std::vector<DensityStep> steps = {
        {15, 2, 1, 1}, {13, 2, 1, 1}, {12, 4, 5, 10}, {11, 4, 25, 50}};
    const auto one = density_scales(S2Hierarchy(), population, steps, 15);
    std::shuffle(population.begin(), population.end(), bits);
    EXPECT_EQ(density_scales(S2Hierarchy(), population, steps, 15), one);
    std::uint64_t sum = 0;
    for (const std::uint64_t cell : population) {
      EXPECT_LE(one.at(cell), kFullScale);
      sum += one.at(cell);
    }
    // Together they count for no more than the coarsest level allows (50 each), rounding apart.
    EXPECT_LE(sum, 50 * 4 * kFullScale + population.size());
  }
}

}  // namespace
}  // namespace earshot::rewards
