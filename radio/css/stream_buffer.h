// The part of a stream that somebody may still ask for, addressed by the stream's own index.
#pragma once
#include <cstddef>
#include <cstdint>

#include "radio/samples.h"

namespace earshot::radio {

class StreamBuffer {
 public:
  std::int64_t begin() const { return begin_; }
  std::int64_t end() const { return begin_ + static_cast<std::int64_t>(samples_.size() - skip_); }

  void append(SampleView samples) {
    // Rather than grow, where that frees enough to last.
    const bool full = samples_.size() + samples.size() > samples_.capacity();
    if (full && skip_ >= samples_.size() / 4) compact();
    samples_.insert(samples_.end(), samples.begin(), samples.end());
  }
  // Precondition: begin() <= first and first + count <= end().
  SampleView view(std::int64_t first, std::size_t count) const {
    return SampleView(samples_).subspan(skip_ + static_cast<std::size_t>(first - begin_), count);
  }
  // The same to write to.
  std::span<Sample> place(std::int64_t first, std::size_t count) {
    return std::span(samples_).subspan(skip_ + static_cast<std::size_t>(first - begin_), count);
  }
  // Forgets what lies before `index`; memory goes back in large steps.
  void discard_before(std::int64_t index) {
    if (index <= begin_) return;
    const std::int64_t last = end();
    skip_ += static_cast<std::size_t>((index < last ? index : last) - begin_);
    begin_ = index < last ? index : last;
    if (skip_ >= samples_.size() / 2) compact();
  }
  void clear() { *this = StreamBuffer(); }

 private:
  void compact() {
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(skip_));
    skip_ = 0;
  }

  Samples samples_;
  std::size_t skip_ = 0;    // Forgotten samples still at the front.
  std::int64_t begin_ = 0;  // Stream index of samples_[skip_].
};

}  // namespace earshot::radio
