// One output stream of one band of the overlap-save channelizer: picks the band's bins out of a
// block's transform, filters them and transforms them back, at a rate of its own.
#pragma once
#include <vector>

#include "radio/css/fft.h"
#include "radio/css/overlap_save.h"
#include "radio/samples.h"

namespace earshot::radio {

struct BandShape {
  double rate_hz = 0;    // Of the input.
  double offset_hz = 0;  // Band's centre minus the stream's.
  double bandwidth_hz = 0;
  double cutoff_hz = 0;    // At half amplitude, to either side of the centre.
  std::int64_t count = 0;  // Output samples of a block.
};

class BandOutput {
 public:
  BandOutput(const BandShape& shape, const BlockGeometry& blocks);

  std::int64_t count() const { return count_; }  // Bins, and samples with the guards.
  std::int64_t hop() const { return hop_; }      // Samples that a block adds.

  // The bins of the block whose first sample is input sample block * hop - guard; bins.size() ==
  // count().
  void pick(SampleView spectrum, std::int64_t block, std::span<Sample> bins) const;
  // The block's hop() samples from its bins; holds until the next call.
  SampleView samples(SampleView bins, std::int64_t block);
  // Both at once.
  SampleView run(SampleView spectrum, std::int64_t block);

 private:
  SampleView finish(std::int64_t block);

  std::int64_t count_, guard_, hop_;  // In output samples.
  BlockGeometry blocks_;
  std::int64_t reach_;           // Bins to either side in which the filter passes something.
  std::vector<float> response_;  // -reach .. reach
  Fft ifft_;
  std::int64_t shift_ = 0;  // Bins that the channel lies above the stream's centre.
  double residue_ = 0;      // What is left of it, turns per output sample.
  Samples piece_;
};

// Half the length of the filters that such outputs have, in seconds.
double filter_half_seconds(double bandwidth_hz);

}  // namespace earshot::radio
