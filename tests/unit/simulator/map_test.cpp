#include "simulator/map/map.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "simulator/map/projection.h"

namespace earshot::simulator {
namespace {

MapModel village() {
  MapModel model;
  model.title = "Village";
  model.subtitle =
      "Epoch 20779, 22 November 2026: 24 beacons, 8 hotspots of 6 owners, 4 cheats caught";
  model.footer = "rewards root 0x0123456789abcdef   transaction 0x0123456789abcdef";
  using rewards::Tier;
  model.hotspots = {
      {"mill", "alma", {48.58921, 15.13751, 572}, {}, Tier::located, true, false},
      {"church", "bruno", {48.60450, 15.20408, 598}, {}, Tier::located, true, false},
      {"station", "clara", {48.61529, 15.25841, 566}, {}, Tier::located, true, false},
      {"orchard", "dario", {48.56673, 15.21630, 574}, {}, Tier::listener, false, false},
      {"quarry", "edda", {48.62968, 15.16876, 601}, {}, Tier::located, true, true},
      {"tower", "edda", {48.57932, 15.28014, 618}, {}, Tier::located, true, true},
      {"lakeside",
       "felix",
       {48.56223, 15.11986, 559},
       Geodetic{48.59101, 15.15925, 590},
       Tier::unproven,
       true,
       true},
      {"barn", "felix", {48.63957, 15.22853, 581}, {}, Tier::unproven, false, true},
  };
  for (std::size_t from = 0; from < model.hotspots.size(); ++from) {
    for (std::size_t to = 0; to < model.hotspots.size(); ++to) {
      if (from == to || !model.hotspots[from].transmits) continue;
      const double snr = 14 - 3.1 * static_cast<double>((from * 5 + to * 3) % 8);
      if (snr < -7) continue;
      model.links.push_back({from, to, snr, from != 6 && to != 6 && to != 5 && to != 7});
    }
  }
  model.cheats = {
      {"quarry", "sent its first beacon again", "slot_and_tag: the VRF proof is not of this round"},
      {"tower", "claims 35 dB more signal", "pairwise: above the free-space bound, 16 reports"},
      {"lakeside", "asserts a place 4.3 km away", "pairwise: time of flight, 33 reports"},
      {"barn", "commits to other samples", "evidence: the samples do not hold the tag, 17 reports"},
  };
  model.payouts = {{"alma", 0.31, "3 871.2"},  {"bruno", 0.34, "4 102.9"},
                   {"clara", 0.29, "3 522.0"}, {"dario", 0.03, "400.0"},
                   {"edda", 0.13, "1 503.1"},  {"felix", 0, "0"}};
  model.reach_m = 5'500;
  return model;
}

TEST(CoverageMap, IsAPngOfTheStatedSize) {
  const Result<Bytes> png = draw_coverage_map(village());
  ASSERT_TRUE(png) << png.error().detail;
  constexpr std::array<std::uint8_t, 8> signature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  ASSERT_GT(png->size(), 20'000U);
  EXPECT_TRUE(std::equal(signature.begin(), signature.end(), png->begin()));
  Reader header(ByteView(*png).subspan(16, 8));
  EXPECT_EQ(header.get<std::uint32_t>(), 1600U);
  EXPECT_EQ(header.get<std::uint32_t>(), 1040U);
  // For whoever wants to look at it.
  if (const char* path = std::getenv("EARSHOT_MAP")) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(png->data()),
               static_cast<std::streamsize>(png->size()));
  }
}

TEST(CoverageMap, OneHotspotAloneIsEnough) {
  MapModel model;
  model.hotspots.push_back(
      {"mill", "alma", {48.5, 15.1, 500}, {}, rewards::Tier::unproven, true, false});
  EXPECT_TRUE(draw_coverage_map(model));
}

TEST(Projection, KeepsEveryPlaceInsideItsMargin) {
  const std::vector<Geodetic> places = {{48.5, 15.1, 0}, {48.6, 15.3, 0}, {48.55, 15.0, 0}};
  const Projection projection(places, {100, 50, 900, 650}, 40);
  for (const Geodetic& place : places) {
    const Point p = projection.at(place);
    EXPECT_GE(p.x, 139.999);
    EXPECT_LE(p.x, 860.001);
    EXPECT_GE(p.y, 89.999);
    EXPECT_LE(p.y, 610.001);
  }
}

TEST(Projection, NorthIsUpAndScaleIsTrue) {
  const std::vector<Geodetic> places = {{48.5, 15.1, 0}, {48.6, 15.1, 0}};
  const Projection projection(places, {0, 0, 1000, 1000}, 100);
  const Point south = projection.at(places[0]), north = projection.at(places[1]);
  EXPECT_LT(north.y, south.y);
  EXPECT_NEAR(length(north - south) / projection.pixels_per_km(), 11.12, 0.01);
}

}  // namespace
}  // namespace earshot::simulator
