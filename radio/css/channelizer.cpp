#include "radio/css/channelizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "radio/css/fft.h"
#include "radio/css/low_pass.h"
#include "radio/css/overlap_save.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr double kStopBandDb = 60;
constexpr double kTransition = 0.12;  // Of the bandwidth. Chosen: 0.94..1.06 folds onto itself.
constexpr double kWideCutoff = 1.0;   // Of the bandwidth, at half amplitude.
constexpr double kNarrowCutoff = 0.53;
// Filters are designed at this multiple of the input rate, so that also a stream of one sample per
// chip gets one response per true frequency.
constexpr int kDesignFactor = 4;

std::size_t as_size(std::int64_t value) { return static_cast<std::size_t>(value); }

// Half the filter's length for a band.
double filter_half_seconds(double bandwidth_hz) {
  return kaiser_length(kTransition * bandwidth_hz, kStopBandDb) / 2;
}

// Response of a zero-phase low-pass at the bins -reach .. reach of a transform of `size` input
// samples, times `scale`.
std::vector<float> low_pass(double rate_hz, double bandwidth_hz, double cutoff_hz,
                            std::int64_t size, std::int64_t reach, double scale) {
  const double design_rate = rate_hz * kDesignFactor;
  const auto half = static_cast<std::int64_t>(filter_half_seconds(bandwidth_hz) * design_rate);
  const std::vector<float> taps =
      kaiser_low_pass(static_cast<int>(2 * half + 1), cutoff_hz / design_rate, kStopBandDb, 0);
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

// One output stream of one band: picks its bins, filters, transforms back.
class Output {
 public:
  Output(double rate_hz, const ChannelBand& band, const BlockGeometry& blocks, std::int64_t count,
         double cutoff_hz)
      : count_(count),
        guard_(blocks.guard * count / blocks.size),
        hop_(blocks.hop * count / blocks.size),
        blocks_(blocks),
        reach_(std::llround((cutoff_hz + kTransition / 2 * band.bandwidth_hz) / rate_hz *
                            static_cast<double>(blocks.size))),
        response_(low_pass(rate_hz, band.bandwidth_hz, cutoff_hz, blocks.size, reach_,
                           1 / static_cast<double>(blocks.size))),
        ifft_(as_size(count_), Fft::Direction::backward) {
    const double bins = band.offset_hz / rate_hz * static_cast<double>(blocks.size);
    shift_ = std::llround(bins);
    residue_ = (static_cast<double>(shift_) - bins) / static_cast<double>(count_);
    if (std::abs(residue_) < 1e-12) residue_ = 0;
    piece_.resize(as_size(hop_));
  }

  std::int64_t hop() const { return hop_; }

  // `spectrum` of the block whose first sample is input sample block * hop - guard.
  SampleView make(SampleView spectrum, std::int64_t block) {
    const std::int64_t size = blocks_.size;
    const std::int64_t first = block * blocks_.hop - blocks_.guard;
    const std::int64_t turns = ((shift_ % size) * (first % size)) % size;
    const double angle =
        -2 * std::numbers::pi * static_cast<double>(turns) / static_cast<double>(size);
    select(spectrum,
           Sample(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))));
    ifft_.execute();
    const SampleView valid = ifft_.out().subspan(as_size(guard_), as_size(hop_));
    if (residue_ == 0) return valid;
    rotate({residue_ * static_cast<double>(block * hop_), residue_, 0}, valid, piece_);
    return piece_;
  }

 private:
  // Adds the filtered bins, folded to the output's rate.
  void select(SampleView spectrum, Sample factor) {
    const std::span<Sample> in = ifft_.in();
    std::fill(in.begin(), in.end(), Sample());
    const std::int64_t size = blocks_.size;
    std::int64_t from = (((shift_ - reach_) % size) + size) % size;
    std::int64_t to = (count_ - reach_ % count_) % count_;
    for (const float h : response_) {
      const Sample x = spectrum[as_size(from)];
      const float re = factor.real() * h;
      const float im = factor.imag() * h;
      in[as_size(to)] += Sample(x.real() * re - x.imag() * im, x.real() * im + x.imag() * re);
      if (++from == size) from = 0;
      if (++to == count_) to = 0;
    }
  }

  std::int64_t count_, guard_, hop_;  // In output samples.
  BlockGeometry blocks_;
  std::int64_t reach_;           // Bins to either side in which the filter passes something.
  std::vector<float> response_;  // -reach .. reach
  Fft ifft_;
  std::int64_t shift_ = 0;  // Bins that the channel lies above the stream's centre.
  double residue_ = 0;      // What is left of it, turns per output sample.
  Samples piece_;
};

}  // namespace

class Channelizer::Impl {
 public:
  Impl(double rate_hz, const std::vector<ChannelBand>& bands)
      : blocks_(choose(rate_hz, bands)), fft_(as_size(blocks_.size)) {
    for (const ChannelBand& band : bands) {
      const Ratio ratio = small_ratio(band.bandwidth_hz / rate_hz);
      const std::int64_t chips = blocks_.size / ratio.q * ratio.p;
      const double width = band.bandwidth_hz;
      wide_.emplace_back(rate_hz, band, blocks_, 2 * chips, kWideCutoff * width);
      narrow_.emplace_back(rate_hz, band, blocks_, chips, kNarrowCutoff * width);
    }
    pieces_.resize(bands.size());
    restart();
  }

  void push(SampleView samples, const OnBlock& on_block) {
    while (!samples.empty()) {
      const std::size_t count = std::min(samples.size(), fft_.size() - pending_.size());
      pending_.insert(pending_.end(), samples.begin(),
                      samples.begin() + static_cast<std::ptrdiff_t>(count));
      samples = samples.subspan(count);
      if (pending_.size() < fft_.size()) return;
      run_block(pending_, on_block);
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(blocks_.hop));
    }
  }

  void flush(const OnBlock& on_block) {
    push(Samples(fft_.size() + as_size(blocks_.hop)), on_block);
    restart();
  }

  double narrow_step(std::size_t band) const {
    return static_cast<double>(blocks_.hop) / static_cast<double>(narrow_[band].hop());
  }

 private:
  static BlockGeometry choose(double rate_hz, const std::vector<ChannelBand>& bands) {
    std::vector<Ratio> ratios;
    std::vector<double> offsets;
    double guard = 0;
    for (const ChannelBand& band : bands) {
      ratios.push_back(small_ratio(band.bandwidth_hz / rate_hz));
      offsets.push_back(band.offset_hz);
      guard = std::max(guard, filter_half_seconds(band.bandwidth_hz));
    }
    return choose_blocks(rate_hz, ratios, offsets, guard);
  }

  void restart() {
    pending_.assign(as_size(blocks_.guard), Sample());
    block_ = 0;
  }

  void run_block(SampleView block, const OnBlock& on_block) {
    std::copy(block.begin(), block.end(), fft_.in().begin());
    fft_.execute();
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      pieces_[i] = {wide_[i].make(fft_.out(), block_), narrow_[i].make(fft_.out(), block_)};
    }
    ++block_;
    on_block(pieces_);
  }

  BlockGeometry blocks_;
  Fft fft_;
  std::vector<Output> wide_, narrow_;
  std::vector<ChannelPiece> pieces_;
  Samples pending_;
  std::int64_t block_ = 0;
};

Channelizer::Channelizer(double rate_hz, const std::vector<ChannelBand>& bands)
    : impl_(std::make_unique<Impl>(rate_hz, bands)) {}
Channelizer::Channelizer(Channelizer&&) noexcept = default;
Channelizer& Channelizer::operator=(Channelizer&&) noexcept = default;
Channelizer::~Channelizer() = default;
double Channelizer::narrow_step(std::size_t band) const { return impl_->narrow_step(band); }
void Channelizer::push(SampleView samples, const OnBlock& on_block) {
  impl_->push(samples, on_block);
}
void Channelizer::flush(const OnBlock& on_block) { impl_->flush(on_block); }

}  // namespace earshot::radio
