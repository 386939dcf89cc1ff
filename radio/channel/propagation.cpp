#include "radio/channel/propagation.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::radio {
namespace {

constexpr double kLightMetersPerSecond = 299'792'458.0;     // Given: SI.
constexpr double kBoltzmannJoulesPerKelvin = 1.380649e-23;  // Given: SI.
constexpr double kReferenceKelvin = 290.0;                  // Given: IEEE noise figure.
constexpr double kMilliwattsPerWatt = 1000.0;
// Chosen: nearer than this the antennas are one another's near field and no formula here holds.
constexpr double kNearestMeters = 1.0;

double free_space_db(double meters, double hertz) {
  return 20.0 * std::log10(4.0 * std::numbers::pi * meters * hertz / kLightMetersPerSecond);
}

}  // namespace

Db path_loss(const PathLoss& model, Meters distance, Hertz frequency, double shadow) {
  const double meters = std::max(distance.value(), kNearestMeters);
  const double free_space = free_space_db(meters, frequency.value());
  double loss = free_space;
  if (model.model == PathLossModel::log_distance && meters > model.reference_m) {
    loss = free_space_db(model.reference_m, frequency.value()) +
           10.0 * model.exponent * std::log10(meters / model.reference_m);
  }
  return Db(std::max(loss + shadow * model.shadowing_db, free_space));
}

Dbm thermal_noise(Hertz bandwidth, Db noise_figure) {
  const double milliwatts =
      kBoltzmannJoulesPerKelvin * kReferenceKelvin * bandwidth.value() * kMilliwattsPerWatt;
  return Dbm(10.0 * std::log10(milliwatts)) + noise_figure;
}

Tap two_ray_tap(Meters distance, Meters height_a, Meters height_b, Hertz frequency, Db reflection) {
  const double direct = std::hypot(distance.value(), height_a.value() - height_b.value());
  const double reflected = std::hypot(distance.value(), height_a.value() + height_b.value());
  const double delay_s = (reflected - direct) / kLightMetersPerSecond;
  // Grazing reflection turns the phase by half; the longer way by its wavelengths.
  const double turns = 0.5 - frequency.value() * delay_s;
  return {delay_s, std::min(reflection.value(), 0.0), turns - std::floor(turns)};
}

}  // namespace earshot::radio
