// Are they far enough apart to prove anything, and near enough to be heard? Whole kilometres: 100.9
// km pass.
#include "verifier/rules/helium/rules.h"

namespace earshot::verifier::helium {

Objection distance(const WitnessCase& c) {
  const Between& between = c.witness.between;
  if (!between.cells || *between.cells < c.rules.min_cells) {
    return object("distance", Reason::below_min_distance,
                  {{"cells", between.cells ? to_finding(*between.cells) : -1},
                   {"min_cells", to_finding(c.rules.min_cells)}});
  }
  if (between.distance_m / 1000 <= c.rules.max_distance_km) return std::nullopt;
  return object("distance", Reason::max_distance_exceeded,
                {{"distance_km", to_finding(between.distance_m / 1000)},
                 {"max_distance_km", to_finding(c.rules.max_distance_km)}});
}

}  // namespace earshot::verifier::helium
