// Path loss and link budget of the simulated air (floating point: this is not the decision path).
#pragma once
#include <vector>

#include "core/units.h"
#include "radio/channel/random.h"

namespace earshot::radio {

enum class PathLossModel { free_space, log_distance };

struct PathLoss {
  PathLossModel model = PathLossModel::free_space;
  double exponent = 2.7;  // log_distance: beyond `reference_m`, free space before it.
  double reference_m = 100;
  double shadowing_db =
      0;  // Standard deviation; one draw per unordered pair of places (reciprocal).
};

// Loss over `distance`; `shadow` is the link's standard-normal draw (0 for none). Never below free
// space.
Db path_loss(const PathLoss& model, Meters distance, Hertz frequency, double shadow);
// kTB at 290 K plus noise figure, over `bandwidth`.
Dbm thermal_noise(Hertz bandwidth, Db noise_figure);

// One more path beside the direct one (two-ray or tapped): later, weaker, rotated.
struct Tap {
  double delay_s = 0;
  double gain_db = 0;  // Relative to the direct path, <= 0.
  double phase_turns = 0;
};
// Ground reflection between antennas of these heights: delay and phase from the geometry, gain as
// given.
Tap two_ray_tap(Meters distance, Meters height_a, Meters height_b, Hertz frequency, Db reflection);

}  // namespace earshot::radio
