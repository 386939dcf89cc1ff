// Is the noise of two snippets one noise? Each receiver has its own, whatever it hears; a snippet
// made from another one has that one's, also after delay, offset, gain and added noise.
//
// Figures, and how they were measured: docs/RADIO.md, bench-copied-iq.
#pragma once
#include "radio/evidence/snippet.h"

namespace earshot::radio {

// What is left of a snippet when beacon and bursts are out of it.
struct Residual {
  Samples samples;            // White in the band of the beacon.
  double anchor_sample = 0;   // Where the beacon's anchor was.
  double carrier_offset = 0;  // Its carrier, turns per sample.
};

// Nothing when no beacon with a valid CRC is in the snippet. Errors as remeasure.
Result<std::optional<Residual>> residual_of(const Snippet& snippet, int spreading_factor,
                                            std::uint32_t bandwidth_hz);

// How much both have in common, in millionths: about 25,000 for two receivers and 44,000 samples,
// 1,000,000 / sqrt(1 + a) for a copy with a times its noise added. The smaller of two figures: the
// correlation of the whole at the best delay and frequency offset, and the median of its pieces in
// time and frequency, so that what is in some of them only counts for nothing; times the root of
// the share that overlaps, so that chance finds no more in a short overlap than in a long one. 0
// when they have too little to overlap. Symmetric to within rounding.
std::uint32_t noise_correlation_ppm(const Residual& one, const Residual& other);

}  // namespace earshot::radio
