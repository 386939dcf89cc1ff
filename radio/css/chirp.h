// The chirps a frame is made of, and their phase.
//
// Time is in chips from the start of the chirp (1 / bandwidth), phase in turns. An up-chirp of
// value s sweeps from (s/N - 1/2) BW upwards at BW per symbol and wraps from +BW/2 to -BW/2 after
// N - s chips:
//     phase(x) = x^2 / 2N + (s/N - 1/2) x          for x < N - s
//     phase(x) = the same - (x - (N - s))          after
// Every whole up- or down-chirp ends on the phase it began with, the quarter down-chirp 3N/32 turns
// later (a whole number for N >= 128): a frame's phase is continuous.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "radio/css/params.h"

namespace earshot::radio {

struct Chirp {
  double start_chips = 0;   // From the frame's start.
  double length_chips = 0;  // N, or N/4 for the last down-chirp.
  int value = 0;            // 0 <= value < N; down-chirps have 0.
  bool up = true;
};

// The chirp values that stand for a sync word: 8 times its high and its low nibble.
std::array<int, 2> sync_values(std::uint8_t sync_word);
// The whole frame: preamble, sync word, 2.25 down-chirps, payload symbols.
std::vector<Chirp> frame_chirps(const CssParams& params, std::span<const std::uint16_t> symbols);

// A part of a chirp in which the frequency is linear in time:
//     phase(x) = phase + frequency (x - first) + slope/2 (x - first)^2
struct Sweep {
  double first_chips = 0;  // From the chirp's start.
  double last_chips = 0;
  double phase_turns = 0;  // At first_chips.
  double frequency = 0;    // Turns per chip at first_chips.
  double slope = 0;        // Turns per chip^2.

  double phase_at(double chips) const {
    const double x = chips - first_chips;
    return phase_turns + x * (frequency + x * slope / 2);
  }
};
// The one or two sweeps of a chirp; a missing second one has first == last.
std::array<Sweep, 2> sweeps(const Chirp& chirp, int spreading_factor);

}  // namespace earshot::radio
