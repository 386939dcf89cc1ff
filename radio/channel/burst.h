// A burst of samples, of whatever modulation, on its way through the simulated air.
//
// Sample n of a receiver is what the burst is worth at that true time: delay, both oscillators and
// any ratio of the two rates come out of one windowed-sinc interpolation.
#pragma once
#include "radio/channel/air.h"

namespace earshot::radio {

// How a burst of one rate becomes samples of another: a low-pass at half the lower of both, as a
// table. Flat to 0.8 of it within 0.1 dB, images and aliases 60 dB down from 1.2 on.
class BurstFilter {
 public:
  // Precondition: both above zero.
  BurstFilter(double burst_rate_hz, double receiver_rate_hz);
  // The burst between its samples; silence outside. `position` counts its samples.
  Sample at(SampleView burst, double position) const;

 private:
  double half_width_;  // In samples of the burst.
  std::vector<float> table_;
};

struct SampledBurst {
  SampleView samples;     // |x| = 1 has the power that arrives.
  Instant start;          // True time of sample 0 at the transmitter's antenna port.
  double rate_hz = 0;     // Nominal.
  double carrier_hz = 0;  // Nominal.
  double clock_ppm = 0;   // Transmitter's oscillator: ties carrier and sample clock.
  double delay_s = 0;     // True time of flight.
  double power_dbm = 0;   // At the receiver's antenna port.
};

// Adds the burst to samples [first, first + out.size()) of a receiver's window that opens at true
// time `open` (see render_window). A burst whose carrier lies outside the receiver's band is not
// heard; one that straddles its edge folds over.
void add_burst(const RadioFrontEnd& radio, Instant open, std::uint64_t first,
               const SampledBurst& burst, const BurstFilter& filter, std::span<Sample> out);

}  // namespace earshot::radio
