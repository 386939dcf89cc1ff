// Fits a known sequence of chirps to samples: arrival time, carrier, amplitude, and where asked the
// clock offset. Coherent over the whole sequence: the waveform's phase is continuous, so every
// chirp's phase counts.
//
// A wrong time and a wrong carrier look alike within up-chirps (1 chip = 1 bin); the down-chirps
// tell them apart well enough to choose among the carrier's coherent solutions, and there the
// phases within the chirps (which depend on the time through the instantaneous frequency) and those
// from chirp to chirp (which depend on the carrier alone) separate them completely.
#pragma once
#include <span>
#include <vector>

#include "radio/css/segments.h"

namespace earshot::radio {

enum class ClockModel {
  fixed,     // As given.
  tied,      // clock = carrier / radio carrier.
  estimated  // A parameter of its own, within some 10 ppm of what is given.
};

struct FitOptions {
  int spreading_factor = 7;
  ClockModel clock = ClockModel::fixed;
  double radio_turns_per_sample = 0;  // tied: the channel's radio frequency.
  // The samples come from a stream of one sample per chip: its spectrum is in them twice.
  bool has_images = false;
  // How far `carrier` and `start` may be wrong, in bins and chips (<= 1.5).
  double uncertainty = 1.5;
};

struct Fit {
  FrameModel model;
  std::vector<ChirpSum> sums;  // At the model.
  // Variance of `start` in samples^2, times |amplitude|^2 / (noise variance per sample).
  double start_variance = 0;
};

// Precondition: each chirp's samples lie in `samples` for any start within the uncertainty; at
// least six up-chirps and two down-chirps.
Fit fit_chirps(const FrameModel& guess, std::span<const Chirp> chirps, SampleView samples,
               const FitOptions& options);

}  // namespace earshot::radio
