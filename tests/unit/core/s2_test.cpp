// The reference is Google's S2 library.
#include "core/s2.h"

#include <gtest/gtest.h>
#include <s2/s2cell_id.h>
#include <s2/s2latlng.h>

#include <random>

namespace earshot {
namespace {

S2CellId random_cell(std::mt19937_64& bits) {
  const S2CellId leaf =
      S2CellId::FromFacePosLevel(static_cast<int>(bits() % 6), bits() >> 3, S2CellId::kMaxLevel);
  return leaf.parent(static_cast<int>(bits() % 31));
}

std::vector<S2Cell> reference_neighbours(const S2CellId& cell) {
  std::vector<S2CellId> found;
  cell.AppendAllNeighbors(cell.level(), &found);
  std::vector<S2Cell> out;
  for (const S2CellId& each : found) out.push_back(each.id());
  std::ranges::sort(out);
  const auto repeats = std::ranges::unique(out);
  out.erase(repeats.begin(), repeats.end());
  return out;
}

TEST(S2, HasTheLibrarysParentsProperty) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 2000; ++i) {
    const S2CellId cell = random_cell(bits);
    ASSERT_TRUE(is_s2_cell(cell.id()));
    ASSERT_EQ(s2_level(cell.id()), cell.level());
    const int level = static_cast<int>(bits() % static_cast<std::uint64_t>(cell.level() + 1));
    ASSERT_EQ(s2_parent(cell.id(), level), cell.parent(level).id());
  }
}

TEST(S2, HasTheLibrarysNeighboursProperty) {
  std::mt19937_64 bits(2);
  for (int i = 0; i < 2000; ++i) {
    const S2CellId cell = random_cell(bits);
    if (cell.level() == 0) continue;
    ASSERT_EQ(s2_neighbours(cell.id()), reference_neighbours(cell)) << cell.ToString();
  }
}

TEST(S2, HasTheLibrarysNeighboursAcrossEveryEdgeAndCornerOfTheCube) {
  // Level 3 is 8 by 8 on each face: all edges and corners are among its cells.
  for (S2CellId cell = S2CellId::Begin(3); cell != S2CellId::End(3); cell = cell.next()) {
    ASSERT_EQ(s2_neighbours(cell.id()), reference_neighbours(cell)) << cell.ToString();
  }
}

TEST(S2, TellsWhatIsNoCell) {
  for (const std::uint64_t id :
       {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{7} << 61, std::uint64_t{1} << 61 | 8}) {
    EXPECT_FALSE(is_s2_cell(id)) << id;
  }
}

TEST(S2, HoldsThePlacesThatTheLibraryPutsThereProperty) {
  std::mt19937_64 bits(3);
  std::uniform_real_distribution<double> latitude(-89, 89);
  std::uniform_real_distribution<double> longitude(-180, 180);
  std::uniform_real_distribution<double> height(-60'000, 40'000);
  for (int i = 0; i < 20'000; ++i) {
    const Geodetic place{latitude(bits), longitude(bits), height(bits)};
    const S2CellId cell =
        S2CellId(S2LatLng::FromDegrees(place.latitude_deg, place.longitude_deg)).parent(15);
    ASSERT_TRUE(s2_cell_holds(cell.id(), to_ecef(place))) << cell.ToString();
    // 1.1 km to the north: no cell of this level is so large.
    const Geodetic north{place.latitude_deg + 0.01, place.longitude_deg, place.height_m};
    ASSERT_FALSE(s2_cell_holds(cell.id(), to_ecef(north))) << cell.ToString();
  }
}

TEST(S2, HoldsNoPlaceOnTheOtherSideOfTheEarth) {
  const Geodetic place{46.5, 6.6, 0};
  const S2CellId cell = S2CellId(S2LatLng::FromDegrees(-46.5, -173.4)).parent(15);
  EXPECT_FALSE(s2_cell_holds(cell.id(), to_ecef(place)));
}

}  // namespace
}  // namespace earshot
