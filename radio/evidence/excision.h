// Taking out of a snippet what is no noise: the beacon itself, and bursts of third parties. What
// two honest receivers have in common is signal; taken out, nothing is left that correlates.
#pragma once
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

// Frequencies where something sits above the noise of |f| <= band all along: carriers, signals
// without pauses. Before chirps are looked for: these would be looked for among them.
void excise_frequencies(Samples& samples, double band);

// LoRa chirps of any spreading factor at the bandwidth that is half the rate, up and down: in the
// chirps' own frame they are lines, also where they are far below the noise.
void excise_chirps(Samples& samples);

// Keeps |f| <= band (a share of the rate, at most 0.5), less where something sits above the noise
// all along, and gives every frequency that is left the same power.
void whiten(Samples& samples, double band);
// Keeps the same frequencies and gives each the power that it had.
void keep_band(Samples& samples, double band);

}  // namespace earshot::radio
