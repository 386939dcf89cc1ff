// Finds preambles of one spreading factor in a channel's stream of one sample per chip.
//
// Each symbol-long window is multiplied by a down-chirp and transformed; a preamble puts the same
// bin in front in window after window, wherever the windows begin. Powers are added over the last
// `depth` windows and over two neighbouring bins (a preamble that falls between two bins loses
// little), and compared with their mean.
#pragma once
#include <cstdint>
#include <vector>

#include "radio/css/fft.h"
#include "radio/samples.h"

namespace earshot::radio {

struct PreambleCandidate {
  std::int64_t first_window = 0;  // Windows in which the sum stood out; window w is chips
  std::int64_t last_window = 0;   // [w N, (w + 1) N) of the stream.
  double bin = 0;                 // Carrier offset minus delay of the chirps in their window.
};

class PreambleDetector {
 public:
  // depth: windows that are added, at most min_preamble - 1.
  PreambleDetector(int spreading_factor, int min_preamble_symbols);

  // `window` has N samples. Returns the preambles that are now over, in order of their last window.
  std::vector<PreambleCandidate> run(SampleView window);
  // Those that may not be over yet; the next window is window 0 again.
  std::vector<PreambleCandidate> flush();

  // A preamble is given out this many windows after the last in which it stood out.
  static constexpr int kLinger = 10;

 private:
  struct Open {
    PreambleCandidate candidate;
    float peak = 0;
  };

  void add_window(SampleView window);
  void look();
  bool is_spread(std::size_t bin, float sum, float mean) const;
  void note(std::size_t bin, float sum, double fraction);

  std::size_t chips_;
  std::size_t depth_;
  float threshold_;  // Of a pair's sum, over the mean of one bin's sum.
  Fft fft_;
  Samples down_chirp_;
  std::vector<std::vector<float>> powers_;  // Ring of the last `depth` windows.
  std::vector<float> sums_;
  std::vector<Open> open_;
  std::int64_t window_ = 0;
};

// The whole up-chirp of value 0 at one sample per chip.
Samples chip_rate_up_chirp(int spreading_factor);
// The x at which the sum of `count` unit exponential variables exceeds x with `probability`.
double gamma_quantile(int count, double probability);

}  // namespace earshot::radio
