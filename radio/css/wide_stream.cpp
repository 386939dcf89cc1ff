#include "radio/css/wide_stream.h"

#include <algorithm>

namespace earshot::radio {

namespace {

std::size_t as_size(std::int64_t value) { return static_cast<std::size_t>(value); }

std::size_t parts_of(const BandOutput& output, const BlockGeometry& blocks, bool is_whole_input) {
  return as_size(is_whole_input ? std::max(blocks.size, output.hop()) : output.count());
}

}  // namespace

WideStream::WideStream(BandOutput output, const BlockGeometry& blocks, bool is_whole_input)
    : output_(std::move(output)),
      rest_size_(parts_of(output_, blocks, is_whole_input) - as_size(output_.hop())),
      parts_(parts_of(output_, blocks, is_whole_input)) {
  if (is_whole_input) fft_.emplace(as_size(blocks.size));
}

void WideStream::append(SampleView block) {
  const std::span<Sample> place = samples_.extend(as_size(output_.hop()));
  const std::span<Sample> rest = rest_.extend(rest_size_);
  SampleView parts = block;
  if (!fft_) {
    output_.pick(block, last_block_, parts_);
    parts = parts_;
  }
  const std::size_t count = std::min(parts.size(), place.size());
  std::ranges::copy(parts.first(count), place.begin());
  std::ranges::copy(parts.subspan(count), rest.begin());
  is_made_.push_back(false);
  ++last_block_;
}

void WideStream::make(std::int64_t block) {
  const std::span<Sample> place = samples_.place(block * output_.hop(), as_size(output_.hop()));
  const SampleView rest = rest_.view(block * static_cast<std::int64_t>(rest_size_), rest_size_);
  std::copy(rest.begin(), rest.end(), std::copy(place.begin(), place.end(), parts_.begin()));
  SampleView made;
  if (fft_) {
    std::copy_n(parts_.begin(), fft_->size(), fft_->in().begin());
    fft_->execute();
    made = output_.run(fft_->out(), block);
  } else {
    made = output_.samples(parts_, block);
  }
  std::copy(made.begin(), made.end(), place.begin());
}

SampleView WideStream::view(std::int64_t first, std::size_t count) {
  const std::int64_t end = first + static_cast<std::int64_t>(count);
  for (std::int64_t block = first / output_.hop(); block * output_.hop() < end; ++block) {
    if (is_made_[as_size(block - first_block_)]) continue;
    make(block);
    is_made_[as_size(block - first_block_)] = true;
  }
  return samples_.view(first, count);
}

void WideStream::discard_before(std::int64_t index) {
  const std::int64_t block = std::clamp(index / output_.hop(), first_block_, last_block_);
  samples_.discard_before(block * output_.hop());
  rest_.discard_before(block * static_cast<std::int64_t>(rest_size_));
  is_made_.erase(is_made_.begin(), is_made_.begin() + (block - first_block_));
  first_block_ = block;
}

void WideStream::restart() {
  samples_.clear();
  rest_.clear();
  is_made_.clear();
  first_block_ = 0;
  last_block_ = 0;
}

}  // namespace earshot::radio
