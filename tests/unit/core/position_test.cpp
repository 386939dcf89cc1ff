#include "core/position.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace earshot {
namespace {

TEST(Distance, OfKnownTriangles) {
  EXPECT_EQ(distance_mm({0, 0, 0}, {3, 4, 12}), 13U);
  EXPECT_EQ(distance_mm({-1, 0, 0}, {1, 1, 0}), 2U);  // floor(sqrt 5)
  EXPECT_EQ(distance_mm({-10'000'000'000, 0, 0}, {10'000'000'000, 0, 0}), 20'000'000'000U);
}

TEST(Distance, IsSymmetricAndKeepsTheTriangleInequalityProperty) {
  std::mt19937_64 random(40);
  const auto coordinate = [&] {
    return static_cast<std::int64_t>(random() % 20'000'000'001) - 10'000'000'000;
  };
  for (int i = 0; i < 5000; ++i) {
    const Ecef a{coordinate(), coordinate(), coordinate()};
    const Ecef b{coordinate(), coordinate(), coordinate()};
    const Ecef c{coordinate(), coordinate(), coordinate()};
    EXPECT_EQ(distance_mm(a, b), distance_mm(b, a));
    EXPECT_LE(distance_mm(a, c), distance_mm(a, b) + distance_mm(b, c) + 1);
    EXPECT_EQ(distance_mm(a, a), 0U);
  }
}

TEST(LightPicoseconds, RoundsToTheNearest) {
  EXPECT_EQ(light_picoseconds(0), 0);
  EXPECT_EQ(light_picoseconds(1), 3);                        // 3.336
  EXPECT_EQ(light_picoseconds(2), 7);                        // 6.671
  EXPECT_EQ(light_picoseconds(299'792'458), 1'000'000'000);  // 299.8 km: a millisecond.
  EXPECT_EQ(light_picoseconds(299'792'458'000), 1'000'000'000'000);
}

TEST(Geodetic, OfKnownPlaces) {
  EXPECT_EQ(to_ecef({0, 0, 0}), (Ecef{6'378'137'000, 0, 0}));
  EXPECT_EQ(to_ecef({0, 90, 0}), (Ecef{0, 6'378'137'000, 0}));
  EXPECT_EQ(to_ecef({90, 0, 0}), (Ecef{0, 0, 6'356'752'314}));
  EXPECT_EQ(to_ecef({-90, 0, 1000}), (Ecef{0, 0, -6'357'752'314}));
}

TEST(Geodetic, RoundTripsWithinAMillimetreProperty) {
  std::mt19937_64 random(41);
  std::uniform_real_distribution<double> latitude(-90, 90);
  std::uniform_real_distribution<double> longitude(-180, 180);
  std::uniform_real_distribution<double> height(-10'000, 100'000);
  for (int i = 0; i < 20'000; ++i) {
    const Ecef place = to_ecef({latitude(random), longitude(random), height(random)});
    EXPECT_LE(distance_mm(to_ecef(to_geodetic(place)), place), 1U);
  }
}

TEST(Geodetic, RoundTripsAtThePolesAndTheDateLine) {
  for (const Geodetic place : {Geodetic{90, 0, 5}, Geodetic{-90, 0, 5}, Geodetic{89.9999999, 12, 5},
                               Geodetic{0, 180, 5}, Geodetic{0, -180, 5}, Geodetic{45, 45, 0}}) {
    const Ecef ecef = to_ecef(place);
    EXPECT_LE(distance_mm(to_ecef(to_geodetic(ecef)), ecef), 1U);
    EXPECT_NEAR(to_geodetic(ecef).height_m, place.height_m, 0.002);
    EXPECT_NEAR(to_geodetic(ecef).latitude_deg, place.latitude_deg, 1e-7);
  }
}

}  // namespace
}  // namespace earshot
