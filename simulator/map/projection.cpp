#include "simulator/map/projection.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::simulator {
namespace {

constexpr double kKmPerDegreeNorth = 111.2;  // Given: a meridian's mean degree.

}  // namespace

Projection::Projection(std::span<const Geodetic> places, const Box& frame, double margin) {
  const auto [south, north] = std::minmax_element(
      places.begin(), places.end(),
      [](const Geodetic& a, const Geodetic& b) { return a.latitude_deg < b.latitude_deg; });
  const auto [west, east] = std::minmax_element(
      places.begin(), places.end(),
      [](const Geodetic& a, const Geodetic& b) { return a.longitude_deg < b.longitude_deg; });
  middle_ = {(south->latitude_deg + north->latitude_deg) / 2,
             (west->longitude_deg + east->longitude_deg) / 2, 0};
  centre_ = {(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2};
  km_per_degree_east_ = kKmPerDegreeNorth * std::cos(middle_.latitude_deg * std::numbers::pi / 180);
  constexpr double smallest_km = 0.5;  // Chosen: one place alone is shown with its surroundings.
  const double width =
      std::max((east->longitude_deg - west->longitude_deg) * km_per_degree_east_, smallest_km);
  const double height =
      std::max((north->latitude_deg - south->latitude_deg) * kKmPerDegreeNorth, smallest_km);
  pixels_per_km_ = std::min((frame.right - frame.left - 2 * margin) / width,
                            (frame.bottom - frame.top - 2 * margin) / height);
}

Point Projection::at(const Geodetic& place) const {
  return pixel_of_km({(place.longitude_deg - middle_.longitude_deg) * km_per_degree_east_,
                      (place.latitude_deg - middle_.latitude_deg) * kKmPerDegreeNorth});
}

Point Projection::km_of(Point pixel) const {
  return {(pixel.x - centre_.x) / pixels_per_km_, (centre_.y - pixel.y) / pixels_per_km_};
}

Point Projection::pixel_of_km(Point km) const {
  return {centre_.x + km.x * pixels_per_km_, centre_.y - km.y * pixels_per_km_};
}

}  // namespace earshot::simulator
