// The measurement of a frame whose chirps are known and whose place is known to about a chip; what
// measure() and the receiver share.
#pragma once
#include "radio/css/fit.h"
#include "radio/css/measure.h"

namespace earshot::radio {

struct FrameMeasurement {
  FrameModel model;
  double anchor = 0;        // Sample index.
  double anchor_sigma = 0;  // Samples.
  double signal_power = 0;  // Without noise.
  double noise_power = 0;   // Within the signal's bandwidth.
};

// `chirps` as in fit_chirps.
FrameMeasurement measure_chirps(const FrameModel& guess, std::span<const Chirp> chirps,
                                SampleView samples, const FitOptions& options);

// 10 log10, of at least 1e-30.
double decibels(double power_ratio);

}  // namespace earshot::radio
