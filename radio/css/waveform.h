// A LoRa frame as a function of continuous time, and the modulator that samples it.
//
// The phase is exact and continuous over the whole frame (each symbol ends on a whole number of
// turns), so that a channel may evaluate it at any instant: fractional delay, clock offset and
// carrier offset need no resampling.
#pragma once
#include <span>
#include <vector>

#include "radio/css/chirp.h"
#include "radio/css/params.h"
#include "radio/samples.h"

namespace earshot::radio {

class CssWaveform {
 public:
  // Errc::usage for parameters out of range or a payload of 0 or more than 255 bytes.
  static Result<CssWaveform> create(const CssParams& params, std::span<const std::uint8_t> payload);

  const CssParams& params() const { return params_; }
  // Chirp start values of the payload symbols (after Gray mapping), 0 <= value < 2^SF.
  const std::vector<std::uint16_t>& symbols() const { return symbols_; }
  double duration_seconds() const;
  // Baseband phase in turns (not reduced) at `seconds` from the frame start, 0 <= seconds <
  // duration.
  double phase_turns(double seconds) const;
  // out[k] += amplitude * exp(i (2 pi (phase(t_k) + carrier_hz * k/rate) + phase0)), where
  // t_k = first_seconds + k * step_seconds; samples outside the frame stay untouched. phase0 in
  // turns.
  void add_to(std::span<Sample> out, double first_seconds, double step_seconds, double amplitude,
              double carrier_turns_per_sample, double phase0_turns) const;

 private:
  CssParams params_;
  std::vector<std::uint16_t> symbols_;
  std::vector<Chirp> chirps_;
};

// Unit amplitude at `rate_hz` >= bandwidth, first sample at the frame's start.
Result<Samples> modulate(const CssParams& params, std::span<const std::uint8_t> payload,
                         double rate_hz);

}  // namespace earshot::radio
