// Is the noise of two snippets one noise? Each receiver has its own, whatever it hears; a snippet
// made from another one has that one's, also after delay, offset, gain and added noise.
//
// Figures, and how they were measured: docs/RADIO.md, bench-copied-iq.
#pragma once
#include "radio/evidence/snippet.h"

namespace earshot::radio {

// What is left of a snippet when the beacon is out of it: half a second around it at most.
struct Residual {
  Samples samples;            // Without third parties' bursts, white in each band.
  Samples quiet;              // The same as it was received, not white.
  Samples loud;               // The same with third parties in it.
  double carrier_offset = 0;  // Its carrier, turns per sample.
};

// Nothing when no beacon with a valid CRC is in the snippet. Errors as remeasure.
Result<std::optional<Residual>> residual_of(const Snippet& snippet, int spreading_factor,
                                            std::uint32_t bandwidth_hz);

// Cells of time and frequency from which on more of them make chance no smaller: those that 32 768
// samples have in the inner band, nine tenths of the beacon's, half the rate.
inline constexpr double kFullCells = 0.45 * 32'768;

// How much both have in common in one band.
struct Likeness {
  // About 0.025 for two receivers and 44,000 samples, 1 / sqrt(1 + a) for a copy with a times its
  // noise added. The smaller of two figures: the correlation of the whole at the best delay and
  // frequency offset, and the median of its pieces in time and frequency, so that what is in some
  // of them only counts for nothing; times the root of how many cells of time and frequency are
  // left over kFullCells, 1 at most: at one delay and offset two noises are above a figure in
  // exp(-kFullCells figure^2) of all cases, or fewer, whatever is left. 0 when they have too little
  // to overlap.
  double alike = 0;
  // 0 to 1, is it the noise? Noise that was copied is the same share of the original's power in
  // every band, with third parties in it and without; an emission that both heard is not.
  double weight = 0;
};
// Where noise is looked at: in the beacon's band, and beside it, where a third party in the
// beacon's own channel leaves the noise as it is.
struct Likenesses {
  Likeness inner;
  Likeness outer;
};
Likenesses likenesses_of(const Residual& one, const Residual& other);

// The larger product of the two, in millionths. Symmetric to within rounding.
std::uint32_t noise_correlation_ppm(const Residual& one, const Residual& other);

}  // namespace earshot::radio
