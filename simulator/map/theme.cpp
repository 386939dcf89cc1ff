#include "simulator/map/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace earshot::simulator {

Colour snr_colour(double snr_db) {
  // Chosen: five stops of a yellow-green-blue ramp, dark enough on paper at the weak end.
  constexpr std::array stops = {rgb(0xdcb83f), rgb(0x8fbf4d), rgb(0x35a58c), rgb(0x2873a8),
                                rgb(0x3b2f7f)};
  const double place = std::clamp((snr_db - kWeakestDb) / (kStrongestDb - kWeakestDb), 0.0, 1.0) *
                       (stops.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(place), stops.size() - 2);
  return mix(stops[low], stops[low + 1], place - static_cast<double>(low));
}

LineStyle link_style(double snr_db, bool accepted) {
  if (!accepted) return {kRejectedLink.with_alpha(0.8), 1.4, 6};
  return {snr_colour(snr_db), 2.6};
}

Colour tier_colour(rewards::Tier tier) {
  switch (tier) {
    case rewards::Tier::located:
      return rgb(0x1f8a5b);
    case rewards::Tier::plausible:
      return rgb(0x3d7fc4);
    case rewards::Tier::establishing:
      return rgb(0xd98e26);
    case rewards::Tier::listener:
      return rgb(0x7a56b3);
    case rewards::Tier::unproven:
      return rgb(0x8b9198);
  }
  return kInk;
}

void draw_mark(Canvas& canvas, Point at, rewards::Tier tier, bool transmits, bool cheats) {
  constexpr double radius = 12;
  const Colour colour = tier_colour(tier);
  canvas.disc(at, radius + 3, rgb(0xffffff));
  if (transmits) {
    canvas.disc(at, radius, colour);
    canvas.disc(at, radius * 0.36, rgb(0xffffff));
  } else {
    canvas.ring(at, radius - 2.5, {colour, 5});
  }
  if (!cheats) return;
  canvas.ring(at, radius + 4.5, {kCheat, 3});
  const Point badge = at + Point{radius + 1, -radius - 1};
  canvas.disc(badge, 8, rgb(0xffffff));
  canvas.disc(badge, 7, kCheat);
  canvas.cross(badge, 2.8, {rgb(0xffffff), 2});
}

}  // namespace earshot::simulator
