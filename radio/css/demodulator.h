// One symbol at a time from the wide stream: aligned in time and frequency, limited to the signal's
// bandwidth, brought to one sample per chip, dechirped and transformed. Then soft bits.
#pragma once
#include <span>
#include <vector>

#include "radio/css/codec.h"
#include "radio/css/fft.h"
#include "radio/css/wide_stream.h"

namespace earshot::radio {

class SymbolDemodulator {
 public:
  explicit SymbolDemodulator(int spreading_factor);

  // Wide samples that must be there before and after a symbol's own.
  static constexpr int kReach = 40;

  // Spectrum of the symbol that begins at the fractional index `position` of the wide stream: bin v
  // is the sum over the N chips for a chirp of value v. `carrier` in turns per wide sample. Missing
  // samples count as zero. Holds until the next call.
  std::span<const Sample> run(WideStream& wide, double position, double carrier);
  // How many chips later than assumed the symbol of the last run() came, if its value is `value`:
  // from the phases along the chirp, which follow its instantaneous frequency. Good for less than
  // half a chip; of variance 0.152 / (Es/N0) chips^2.
  double lateness(std::size_t value);

 private:
  void load(WideStream& wide, std::int64_t first, double carrier);

  std::size_t chips_;
  std::vector<std::vector<float>> filters_;  // One per fraction of a sample.
  Samples down_chirp_;
  Samples mixed_;
  Samples tone_;
  Samples even_, odd_;
  Fft fft_;
};

// ln I0(x), x >= 0.
float log_bessel_i0(float x);

// How likely each chirp value is, as the logarithm of the likelihood up to a common constant, for a
// signal of unknown phase: ln I0(2 sqrt(signal * power) / noise). power: of each value's bin;
// signal: what the symbol's bin should have; noise: mean power of a bin without signal. `out` has
// the size of `power` and may be it.
void value_likelihoods(std::span<const float> power, double signal, double noise,
                       std::span<float> out);

// Soft bits from the likelihoods of chirp values, most significant first: exact sums over all
// values with the bit set and clear. llrs.size(): SF, or SF - 2 when `reduced`.
class BitLikelihoods {
 public:
  explicit BitLikelihoods(int spreading_factor);
  void run(std::span<const float> likelihoods, bool reduced, std::span<float> llrs) {
    run(likelihoods, reduced, {}, llrs);
  }
  // priors: what is known of the bits from elsewhere, ln P(1)/P(0), or none. llrs: what the symbol
  // adds to that.
  void run(std::span<const float> likelihoods, bool reduced, std::span<const float> priors,
           std::span<float> llrs);
  // ln of the mean likelihood over the values that reduced-rate symbols take, over that of all.
  float reduced_evidence(std::span<const float> likelihoods);

 private:
  std::vector<float> scores_;  // By symbol index: value = index + 1.
};

}  // namespace earshot::radio
