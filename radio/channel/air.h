// The simulated air: what one receiver's antenna and radio make of frames that others send.
#pragma once
#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/messages.h"
#include "core/time.h"
#include "radio/channel/propagation.h"
#include "radio/css/waveform.h"

namespace earshot::radio {

// A frame as it leaves an antenna.
struct Emission {
  const CssWaveform* waveform = nullptr;  // Borrowed.
  Instant start;          // True time of the frame's start at the transmitter's antenna port.
  double carrier_hz = 0;  // Nominal channel centre.
  double clock_ppm = 0;   // Transmitter's oscillator: ties carrier and symbol clock.
};

// One emission on its way to one receiver.
struct Arrival {
  Emission emission;
  double delay_s = 0;    // True time of flight.
  double power_dbm = 0;  // At the receiver's antenna port, direct path.
  double phase_turns = 0;
  std::vector<Tap> taps;  // Further paths.
};

struct RadioFrontEnd {
  double rate_hz = 1e6;
  double centre_hz = 868.3e6;
  double clock_ppm = 0;  // Receiver's oscillator: ties tuning and sample clock.
  double noise_figure_db = 6;
  double full_scale_dbm = -40;  // Power at the antenna port of |x| = 1.
  SampleFormat format = SampleFormat::ci8;
  RandomKey noise;  // Keyed by seed and receiver; the sample's number is the counter.
};

// `count` samples of a window that opens at `open`: the true time of its sample 0. Its sample clock
// runs at rate * (1 + clock_ppm 1e-6) and its tuning is off by as much; sample n takes the noise
// numbered noise_counter + n. Quantised and clipped as `format` says. The bytes do not depend on
// the order of `arrivals`. An arrival whose channel's centre lies outside the band is not heard;
// one that straddles its edge folds over.
Bytes render_window(const RadioFrontEnd& radio, Instant open, std::uint64_t count,
                    std::uint64_t noise_counter, std::span<const Arrival> arrivals);

// Samples [first, first + count) of that window: the same bytes as in the whole.
Bytes render_part(const RadioFrontEnd& radio, Instant open, std::uint64_t first,
                  std::uint64_t count, std::uint64_t noise_counter,
                  std::span<const Arrival> arrivals);

}  // namespace earshot::radio
