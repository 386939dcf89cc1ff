// The part of a stream that somebody may still ask for, addressed by the stream's own index.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "radio/samples.h"

namespace earshot::radio {

class StreamBuffer {
 public:
  std::int64_t begin() const { return begin_; }
  std::int64_t end() const { return begin_ + static_cast<std::int64_t>(last_ - first_); }

  // Room for the next `count` samples, which the caller writes.
  std::span<Sample> extend(std::size_t count) {
    if (last_ + count > capacity_) make_room(count);
    last_ += count;
    return {samples_.get() + last_ - count, count};
  }
  void append(SampleView samples) { std::ranges::copy(samples, extend(samples.size()).begin()); }
  // Precondition: begin() <= first and first + count <= end().
  SampleView view(std::int64_t first, std::size_t count) const { return {at(first), count}; }
  // The same to write to.
  std::span<Sample> place(std::int64_t first, std::size_t count) { return {at(first), count}; }
  // Forgets what lies before `index`; its memory goes to what comes.
  void discard_before(std::int64_t index) {
    if (index <= begin_) return;
    const std::int64_t until = std::min(index, end());
    first_ += static_cast<std::size_t>(until - begin_);
    begin_ = until;
  }
  void clear() { *this = StreamBuffer(); }

 private:
  Sample* at(std::int64_t index) const {
    return samples_.get() + first_ + static_cast<std::size_t>(index - begin_);
  }

  // Moves what is kept to the front; grows where that would soon be to do again. Half as much
  // again: a receiver has dozens of these, and seconds of samples in each while long frames last.
  void make_room(std::size_t count) {
    const std::size_t kept = last_ - first_;
    const std::size_t needed = kept + count;
    if (needed + needed / 4 > capacity_) {
      capacity_ = needed + needed / 2;
      auto larger = std::make_unique_for_overwrite<Sample[]>(capacity_);
      std::copy_n(samples_.get() + first_, kept, larger.get());
      samples_ = std::move(larger);
    } else {
      std::copy_n(samples_.get() + first_, kept, samples_.get());
    }
    first_ = 0;
    last_ = kept;
  }

  std::unique_ptr<Sample[]> samples_;
  std::size_t capacity_ = 0;
  std::size_t first_ = 0;   // Of what is kept, in samples_.
  std::size_t last_ = 0;    // Past its end.
  std::int64_t begin_ = 0;  // Stream index of samples_[first_].
};

}  // namespace earshot::radio
