// From one wideband stream to narrow ones: each channel mixed to zero, at one and two samples per
// chip, with no delay: output sample m at one sample per chip belongs to input sample
// m * narrow_step.
//
// Overlap-save on one shared forward transform. bench-throughput does the same extraction with
// liquid's oscillators and decimators, which takes some 40 times as long, and with its filterbank,
// which needs uniform centres and takes some 8 times as long (8 channels of 125 kHz in 2 MS/s).
//
// Blocks lie at fixed places of the stream, so that the outputs do not depend on how it was cut
// into pushes.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "radio/css/wide_stream.h"
#include "radio/samples.h"

namespace earshot::radio {

struct ChannelBand {
  double offset_hz = 0;  // Channel's centre minus the stream's.
  double bandwidth_hz = 125e3;
};

class Channelizer {
 public:
  // Called for each block with each band's next samples at 1 * bandwidth, in the order of the
  // bands: half amplitude at 0.53 bandwidths; what lies beyond half folds back. (Where the input
  // has one sample per chip, it is that stream.) The views hold during the call.
  using OnBlock = std::function<void(const std::vector<SampleView>&)>;

  // Precondition: rate_hz >= each bandwidth, at least one band.
  Channelizer(double rate_hz, const std::vector<ChannelBand>& bands);
  Channelizer(Channelizer&&) noexcept;
  Channelizer& operator=(Channelizer&&) noexcept;
  ~Channelizer();

  // Input samples per sample of a band's narrow stream: rate / bandwidth where that is a ratio of
  // small numbers, otherwise the nearest such ratio (within 1e-4). Exact either way.
  double narrow_step(std::size_t band) const;
  // The band at 2 * bandwidth, as far as its narrow stream: flat to 0.94 bandwidths from the
  // centre, 60 dB down beyond 1.06. The caller discards what nobody needs any more.
  WideStream& wide(std::size_t band);

  void push(SampleView samples, const OnBlock& on_block);
  // Feeds silence until all that was pushed has come out.
  void drain(const OnBlock& on_block);
  // Forgets all that was pushed, the wide streams too.
  void restart();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::radio
