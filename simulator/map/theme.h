// Colours and marks that the map and its legend share.
#pragma once
#include "rewards/policy.h"
#include "simulator/map/canvas.h"

namespace earshot::simulator {

inline constexpr Colour kPaper = rgb(0xf7f6f2);
inline constexpr Colour kMapGround = rgb(0xfdfdfb);
inline constexpr Colour kGrid = rgb(0xe6e4dc);
inline constexpr Colour kInk = rgb(0x22282e);
inline constexpr Colour kFaintInk = rgb(0x7b828a);
inline constexpr Colour kCheat = rgb(0xc8322b);
inline constexpr Colour kReach = rgb(0x57b894);
inline constexpr Colour kRejectedLink = rgb(0xcf8a86);

// SNR scale: weak is light, strong is dark (readable in grey and to the colour-blind).
inline constexpr double kWeakestDb = -8;
inline constexpr double kStrongestDb = 16;
Colour snr_colour(double snr_db);
LineStyle link_style(double snr_db, bool accepted);

Colour tier_colour(rewards::Tier tier);
// A hotspot's mark: filled when it transmits, a ring when it only listens, a red cross over a
// cheat.
void draw_mark(Canvas& canvas, Point at, rewards::Tier tier, bool transmits, bool cheats);

}  // namespace earshot::simulator
