// Low-pass filters by the window method (Kaiser).
#pragma once
#include <vector>

namespace earshot::radio {

// `count` taps, of sum 1, centred on (count - 1) / 2 - shift; cutoff (half amplitude) in turns per
// sample, stop_band_db >= 21. What liquid_firdes_kaiser gives, which takes 20 us a tap.
std::vector<float> kaiser_low_pass(int count, double cutoff, double stop_band_db, double shift);

// Taps for a transition of this width, in turns per sample (Kaiser's formula).
double kaiser_length(double transition, double stop_band_db);

}  // namespace earshot::radio
