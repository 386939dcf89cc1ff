// The measurement of a frame whose chirps are known and whose place is known to about a chip; what
// measure() and the receiver share.
//
// Our own transmitters' phase is continuous over the whole frame. That of chips in the field is so
// over preamble and down-chirps only (seen in recordings): where the payload does not add up
// coherently, time and carrier come from the head alone, and powers are added chirp by chirp.
#pragma once
#include "radio/css/fft.h"
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

// Keeps what its runs share; one for each thread.
class FrameMeter {
 public:
  FrameMeter();
  // `chirps` as in fit_chirps.
  FrameMeasurement run(const FrameModel& guess, std::span<const Chirp> chirps, SampleView samples,
                       const FitOptions& options);

 private:
  double noise_density(const Fit& fit, std::span<const Chirp> chirps, SampleView samples,
                       const FitOptions& options);
  void fold(Fit& fit);
  double in_band_density(double centre, double half_width);

  Fft fft_;
  std::vector<float> window_;
  double window_power_ = 0;
  Samples residual_;
};

// Mean power of some of the measured chirps at the measured place, noise not removed.
double mean_chirp_power(const FrameModel& model, std::span<const Chirp> chirps, SampleView samples,
                        int spreading_factor);

// 10 log10, of at least 1e-30.
double decibels(double power_ratio);

}  // namespace earshot::radio
