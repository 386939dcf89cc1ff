// Places on earth. Messages and rules know only ECEF millimetres (WGS 84); people see latitude,
// longitude and height, which only tools convert.
#pragma once
#include <cstdint>

namespace earshot {

struct Ecef {
  std::int64_t x_mm = 0;
  std::int64_t y_mm = 0;
  std::int64_t z_mm = 0;
  bool operator==(const Ecef&) const = default;
};

// Straight-line distance, floor of the integer square root. Coordinates within +-10^10 mm.
std::uint64_t distance_mm(const Ecef& a, const Ecef& b);

// Light in vacuum over `distance_mm`, rounded to picoseconds: 299 792 458 m/s is given.
std::int64_t light_picoseconds(std::uint64_t distance_mm);

struct Geodetic {
  double latitude_deg = 0;   // -90..90
  double longitude_deg = 0;  // -180..180
  double height_m = 0;       // Above the ellipsoid.
};

Ecef to_ecef(const Geodetic& place);      // Rounded to the millimetre.
Geodetic to_geodetic(const Ecef& place);  // Round trip within 1 mm below 100 km height.

}  // namespace earshot
