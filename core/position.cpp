#include "core/position.h"

#include <cmath>
#include <numbers>

#include "core/fixed.h"

namespace earshot {
namespace {

// WGS 84, given (NGA.STND.0036, table 3.1); the rest derived.
constexpr double kEquatorialRadiusM = 6'378'137.0;
constexpr double kFlattening = 1.0 / 298.257223563;
constexpr double kEccentricity2 = kFlattening * (2.0 - kFlattening);
constexpr double kDegree = std::numbers::pi / 180.0;

constexpr std::int64_t kLightMetersPerSecond = 299'792'458;  // Given: SI.

}  // namespace

std::uint64_t distance_mm(const Ecef& a, const Ecef& b) {
  const Int128 x = Int128{a.x_mm} - b.x_mm;
  const Int128 y = Int128{a.y_mm} - b.y_mm;
  const Int128 z = Int128{a.z_mm} - b.z_mm;
  return integer_sqrt(static_cast<Uint128>(x * x + y * y + z * z));
}

std::int64_t light_picoseconds(std::uint64_t distance_mm) {
  // mm / (m/s) = 10^-3 s = 10^9 ps.
  const Uint128 scaled = Uint128{distance_mm} * 1'000'000'000U;
  return static_cast<std::int64_t>((scaled + kLightMetersPerSecond / 2) / kLightMetersPerSecond);
}

Ecef to_ecef(const Geodetic& place) {
  const double latitude = place.latitude_deg * kDegree;
  const double longitude = place.longitude_deg * kDegree;
  const double sine = std::sin(latitude);
  const double normal_m = kEquatorialRadiusM / std::sqrt(1.0 - kEccentricity2 * sine * sine);
  const double from_axis_m = (normal_m + place.height_m) * std::cos(latitude);
  const auto to_mm = [](double meters) { return std::llround(meters * 1000.0); };
  return {to_mm(from_axis_m * std::cos(longitude)), to_mm(from_axis_m * std::sin(longitude)),
          to_mm((normal_m * (1.0 - kEccentricity2) + place.height_m) * sine)};
}

Geodetic to_geodetic(const Ecef& place) {
  const double x = static_cast<double>(place.x_mm) / 1000.0;
  const double y = static_cast<double>(place.y_mm) / 1000.0;
  const double z = static_cast<double>(place.z_mm) / 1000.0;
  const double from_axis = std::hypot(x, y);
  // Fixed-point iteration on the latitude. The error shrinks by e^2 = 1/149 each time, so ten
  // steps reach the last bit of a double from any start outside the earth's core.
  double latitude = std::atan2(z, from_axis * (1.0 - kEccentricity2));
  double normal = kEquatorialRadiusM;
  for (int step = 0; step < 10; ++step) {
    const double sine = std::sin(latitude);
    normal = kEquatorialRadiusM / std::sqrt(1.0 - kEccentricity2 * sine * sine);
    latitude = std::atan2(z + kEccentricity2 * normal * sine, from_axis);
  }
  // Both projections, weighted, so that neither the poles nor the equator divide by nothing.
  const double sine = std::sin(latitude);
  const double cosine = std::cos(latitude);
  const double height =
      from_axis * cosine + z * sine - kEquatorialRadiusM * kEquatorialRadiusM / normal;
  return {latitude / kDegree, std::atan2(y, x) / kDegree, height};
}

}  // namespace earshot
