// Taking out of a snippet what is no noise: the beacon itself, and bursts of third parties. What
// two honest receivers have in common is signal; taken out, nothing is left that correlates.
#pragma once
#include <vector>

#include "radio/samples.h"

namespace earshot::radio {

// A frame's own waveform at the place and offset where it was measured, unit amplitude, zero where
// the frame is not; as long as the samples.
//
// In the frame's own rotating frame it stands still: everything within `width_hz` of it goes, and
// so do its echoes and what filters did to it.
void notch_waveform(Samples& samples, SampleView waveform, double rate_hz, double width_hz);

// Tiles of time and frequency that stand out of the noise of their frequency: pulses, carriers,
// narrow bursts.
void excise_tiles(Samples& samples);

// Frequencies from `from` to `to` either side of the middle, shares of the rate up to 0.5.
struct Band {
  double from = 0;
  double to = 0;
};
// Which of the frequencies that samples are looked at in are still there.
using KeptFrequencies = std::vector<bool>;

// Frequencies of the band where something sits above its noise all along: carriers, signals without
// pauses. Before chirps are looked for: these would be looked for among them. Those that were left.
KeptFrequencies excise_frequencies(Samples& samples, const Band& band);

// LoRa chirps of any spreading factor at the bandwidth that is half the rate, up and down: in the
// chirps' own frame they are lines, also where they are far below the noise.
void excise_chirps(Samples& samples);

// Keeps these frequencies, less where something sits above the noise all along, and gives each the
// same power. What stands out of it in a tile is lowered to kMostOfTile: nothing that comes and
// goes makes up more of the samples than the time and frequency it takes.
void whiten(Samples& samples, const KeptFrequencies& kept);
// Keeps the same frequencies, each as it was.
void keep_frequencies(Samples& samples, const KeptFrequencies& kept);

}  // namespace earshot::radio
