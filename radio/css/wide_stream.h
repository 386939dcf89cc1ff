// A band at two samples per chip, block by block: made only where somebody looks, for noise needs
// only the stream of one sample per chip. What a block's samples are made of waits in their place.
#pragma once
#include <deque>
#include <optional>

#include "radio/css/band_output.h"
#include "radio/css/stream_buffer.h"

namespace earshot::radio {

class WideStream {
 public:
  // The band's output; is_whole_input: the input is one sample per chip of this very band, and its
  // blocks wait as they came.
  WideStream(BandOutput output, const BlockGeometry& blocks, bool is_whole_input);

  std::int64_t begin() const { return first_block_ * output_.hop(); }
  std::int64_t end() const { return last_block_ * output_.hop(); }

  // The next block: its transform, or its samples where the input is the band.
  void append(SampleView block);
  // Precondition: begin() <= first and first + count <= end(). Holds until the next append().
  SampleView view(std::int64_t first, std::size_t count);
  // Forgets the blocks that lie wholly before `index`.
  void discard_before(std::int64_t index);
  void restart();

 private:
  void make(std::int64_t block);

  BandOutput output_;
  std::optional<Fft> fft_;    // Of a block of the input, where that is the band.
  StreamBuffer samples_;      // A block's samples, or as many of its parts as they are.
  StreamBuffer rest_;         // The rest of its parts.
  std::size_t rest_size_;     // Of a block.
  std::deque<bool> is_made_;  // Since first_block_.
  Samples parts_;
  std::int64_t first_block_ = 0;
  std::int64_t last_block_ = 0;
};

}  // namespace earshot::radio
