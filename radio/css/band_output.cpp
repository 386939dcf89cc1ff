#include "radio/css/band_output.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "radio/css/kernels.h"
#include "radio/css/low_pass.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr double kStopBandDb = 60;
constexpr double kTransition = 0.12;  // Of the bandwidth. Chosen: 0.94..1.06 folds onto itself.
// Filters are designed at this multiple of the input rate, so that also a stream of one sample per
// chip gets one response per true frequency.
constexpr int kDesignFactor = 4;

std::size_t as_size(std::int64_t value) { return static_cast<std::size_t>(value); }

// Response of a zero-phase low-pass at the bins -reach .. reach of a transform of `size` input
// samples, times `scale`.
std::vector<float> low_pass(const BandShape& shape, std::int64_t size, std::int64_t reach,
                            double scale) {
  const double design_rate = shape.rate_hz * kDesignFactor;
  const auto half =
      static_cast<std::int64_t>(filter_half_seconds(shape.bandwidth_hz) * design_rate);
  const std::vector<float> taps = kaiser_low_pass(static_cast<int>(2 * half + 1),
                                                  shape.cutoff_hz / design_rate, kStopBandDb, 0);
  const std::int64_t design_size = size * kDesignFactor;
  Fft fft(as_size(design_size));
  std::fill(fft.in().begin(), fft.in().end(), Sample());
  for (std::int64_t i = -half; i <= half; ++i) {
    fft.in()[as_size((i + design_size) % design_size)] =
        static_cast<float>(taps[as_size(i + half)] * scale);
  }
  fft.execute();
  std::vector<float> response;
  for (std::int64_t k = -reach; k <= reach; ++k) {
    response.push_back(fft.out()[as_size((k + design_size) % design_size)].real());
  }
  return response;
}

}  // namespace

double filter_half_seconds(double bandwidth_hz) {
  return kaiser_length(kTransition * bandwidth_hz, kStopBandDb) / 2;
}

BandOutput::BandOutput(const BandShape& shape, const BlockGeometry& blocks)
    : count_(shape.count),
      guard_(blocks.guard * count_ / blocks.size),
      hop_(blocks.hop * count_ / blocks.size),
      blocks_(blocks),
      reach_(std::llround((shape.cutoff_hz + kTransition / 2 * shape.bandwidth_hz) / shape.rate_hz *
                          static_cast<double>(blocks.size))),
      response_(low_pass(shape, blocks.size, reach_, 1 / static_cast<double>(blocks.size))),
      ifft_(as_size(count_), Fft::Direction::backward),
      piece_(as_size(hop_)) {
  const double bins = shape.offset_hz / shape.rate_hz * static_cast<double>(blocks.size);
  shift_ = std::llround(bins);
  residue_ = (static_cast<double>(shift_) - bins) / static_cast<double>(count_);
  if (std::abs(residue_) < 1e-12) residue_ = 0;
}

// Adds the filtered bins, folded to the output's rate, run by run without a wrap.
void BandOutput::pick(SampleView spectrum, std::int64_t block, std::span<Sample> bins) const {
  const std::int64_t size = blocks_.size;
  const std::int64_t first = block * blocks_.hop - blocks_.guard;
  const std::int64_t turns = ((shift_ % size) * (first % size)) % size;
  const double angle =
      -2 * std::numbers::pi * static_cast<double>(turns) / static_cast<double>(size);
  const Sample factor(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle)));
  std::fill(bins.begin(), bins.end(), Sample());
  std::int64_t from = (((shift_ - reach_) % size) + size) % size;
  std::int64_t to = (count_ - reach_ % count_) % count_;
  std::span<const float> weights = response_;
  while (!weights.empty()) {
    const std::size_t run = std::min(weights.size(), as_size(std::min(size - from, count_ - to)));
    add_weighted(spectrum.subspan(as_size(from), run), weights.first(run), factor,
                 bins.subspan(as_size(to), run));
    weights = weights.subspan(run);
    from = (from + static_cast<std::int64_t>(run)) % size;
    to = (to + static_cast<std::int64_t>(run)) % count_;
  }
}

SampleView BandOutput::finish(std::int64_t block) {
  ifft_.execute();
  const SampleView valid = ifft_.out().subspan(as_size(guard_), as_size(hop_));
  if (residue_ == 0) return valid;
  rotate({residue_ * static_cast<double>(block * hop_), residue_, 0}, valid, piece_);
  return piece_;
}

SampleView BandOutput::samples(SampleView bins, std::int64_t block) {
  std::copy(bins.begin(), bins.end(), ifft_.in().begin());
  return finish(block);
}

SampleView BandOutput::run(SampleView spectrum, std::int64_t block) {
  pick(spectrum, block, ifft_.in());
  return finish(block);
}

}  // namespace earshot::radio
