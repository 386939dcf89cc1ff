// From latitude and longitude to pixels: equirectangular about the middle of what is shown, which
// over tens of kilometres is true to scale within a part in a thousand.
#pragma once
#include <span>

#include "core/position.h"
#include "simulator/map/canvas.h"

namespace earshot::simulator {

class Projection {
 public:
  // All of `places` inside `frame` with `margin` pixels around. At least one place (precondition).
  Projection(std::span<const Geodetic> places, const Box& frame, double margin);

  Point at(const Geodetic& place) const;
  double pixels_per_km() const { return pixels_per_km_; }
  // Kilometres east and north of the middle, of a pixel.
  Point km_of(Point pixel) const;
  Point pixel_of_km(Point km) const;

 private:
  Geodetic middle_;
  Point centre_;
  double km_per_degree_east_ = 0;
  double pixels_per_km_ = 1;
};

}  // namespace earshot::simulator
