#include "radio/css/channelizer.h"

#include <algorithm>
#include <cmath>

namespace earshot::radio {

namespace {

constexpr double kWideCutoff = 1.0;  // Of the bandwidth, at half amplitude.
constexpr double kNarrowCutoff = 0.53;

std::size_t as_size(std::int64_t value) { return static_cast<std::size_t>(value); }

// Whether the input, at one sample per chip, is this very band.
bool is_whole_input(double rate_hz, const ChannelBand& band) {
  return band.bandwidth_hz == rate_hz && band.offset_hz == 0;
}

}  // namespace

class Channelizer::Impl {
 public:
  Impl(double rate_hz, const std::vector<ChannelBand>& bands)
      : blocks_(choose(rate_hz, bands)), fft_(as_size(blocks_.size)), pieces_(bands.size()) {
    for (const ChannelBand& band : bands) {
      const Ratio ratio = small_ratio(band.bandwidth_hz / rate_hz);
      const std::int64_t chips = blocks_.size / ratio.q * ratio.p;
      const double width = band.bandwidth_hz;
      const bool whole = is_whole_input(rate_hz, band);
      wide_.emplace_back(
          BandOutput({rate_hz, band.offset_hz, width, kWideCutoff * width, 2 * chips}, blocks_),
          blocks_, whole);
      std::optional<BandOutput>& narrow = narrow_.emplace_back();
      if (!whole) {
        narrow.emplace(BandShape{rate_hz, band.offset_hz, width, kNarrowCutoff * width, chips},
                       blocks_);
      }
      steps_.push_back(static_cast<double>(ratio.q) / static_cast<double>(ratio.p));
    }
    restart();
  }

  void push(SampleView samples, const OnBlock& on_block) {
    while (!samples.empty()) {
      const std::size_t count = std::min(samples.size(), fft_.size() - pending_.size());
      pending_.insert(pending_.end(), samples.begin(),
                      samples.begin() + static_cast<std::ptrdiff_t>(count));
      samples = samples.subspan(count);
      if (pending_.size() < fft_.size()) return;
      run_block(on_block);
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(blocks_.hop));
    }
  }

  void drain(const OnBlock& on_block) {
    push(Samples(fft_.size() + as_size(blocks_.hop)), on_block);
  }

  void restart() {
    pending_.assign(as_size(blocks_.guard), Sample());
    for (WideStream& wide : wide_) wide.restart();
    block_ = 0;
  }

  double narrow_step(std::size_t band) const { return steps_[band]; }
  WideStream& wide(std::size_t band) { return wide_[band]; }

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

  void run_block(const OnBlock& on_block) {
    const SampleView block = pending_;
    if (std::any_of(narrow_.begin(), narrow_.end(),
                    [](const auto& narrow) { return narrow.has_value(); })) {
      std::copy(block.begin(), block.end(), fft_.in().begin());
      fft_.execute();
    }
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      wide_[i].append(narrow_[i] ? fft_.out() : block);
      pieces_[i] = narrow_[i] ? narrow_[i]->run(fft_.out(), block_)
                              : block.subspan(as_size(blocks_.guard), as_size(blocks_.hop));
    }
    ++block_;
    on_block(pieces_);
  }

  BlockGeometry blocks_;
  Fft fft_;
  std::vector<WideStream> wide_;
  std::vector<std::optional<BandOutput>> narrow_;  // Nothing: the input is the stream.
  std::vector<double> steps_;
  std::vector<SampleView> pieces_;
  Samples pending_;
  std::int64_t block_ = 0;
};

Channelizer::Channelizer(double rate_hz, const std::vector<ChannelBand>& bands)
    : impl_(std::make_unique<Impl>(rate_hz, bands)) {}
Channelizer::Channelizer(Channelizer&&) noexcept = default;
Channelizer& Channelizer::operator=(Channelizer&&) noexcept = default;
Channelizer::~Channelizer() = default;
double Channelizer::narrow_step(std::size_t band) const { return impl_->narrow_step(band); }
WideStream& Channelizer::wide(std::size_t band) { return impl_->wide(band); }
void Channelizer::push(SampleView samples, const OnBlock& on_block) {
  impl_->push(samples, on_block);
}
void Channelizer::drain(const OnBlock& on_block) { impl_->drain(on_block); }
void Channelizer::restart() { impl_->restart(); }

}  // namespace earshot::radio
