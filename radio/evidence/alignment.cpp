#include "radio/evidence/alignment.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>

#include "radio/css/fft.h"
#include "radio/css/rotation.h"

namespace earshot::radio {
namespace {

constexpr std::ptrdiff_t kOffsetBins = 8;  // Four turns over the longer one, either way.
// Chosen: half a turn beside the offset, the most there is, leaves 0.64 of a correlation, found
// before it is looked at more closely.
constexpr std::ptrdiff_t kStep = 2;
constexpr std::size_t kLanes = 16;  // Samples taken at once.

float power_of(const Sample& x) { return x.real() * x.real() + x.imag() * x.imag(); }

float most_power(std::span<const Sample> found) {
  std::array<float, kLanes> most{};
  for (std::size_t k = 0; k + kLanes <= found.size(); k += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float power = power_of(found[k + lane]);
      most[lane] = power > most[lane] ? power : most[lane];
    }
  }
  return *std::ranges::max_element(most);
}

class Correlator {
 public:
  Correlator(SampleView one, SampleView other, const Band& band)
      : size_(std::max(kLanes, std::bit_ceil(one.size() + other.size()))),
        one_(spectrum(one)),
        other_(spectrum(other)),
        backward_(size_, Fft::Direction::backward) {
    for (std::size_t k = 0; k < size_; ++k) {
      const auto frequency =
          static_cast<double>(std::min(k, size_ - k)) / static_cast<double>(size_);
      if (frequency < band.from || frequency > band.to) one_[k] = {};
    }
  }

  std::ptrdiff_t bin_of(double turns_per_sample) const {
    return std::llround(turns_per_sample * static_cast<double>(size_));
  }
  std::ptrdiff_t best_bin() const { return best_bin_; }
  Alignment best() const {
    const auto delay = static_cast<std::ptrdiff_t>(at_);
    return {at_ < size_ / 2 ? delay : delay - static_cast<std::ptrdiff_t>(size_),
            static_cast<double>(best_bin_) / static_cast<double>(size_)};
  }

  // At an offset of `bins` of the transform's own bins, all delays.
  void look(std::ptrdiff_t bins) {
    const auto size = static_cast<std::ptrdiff_t>(size_);
    const auto shift = static_cast<std::size_t>((bins % size + size) % size);
    const std::span<Sample> product = backward_.in();
    for (std::size_t k = shift; k < size_; ++k) product[k] = turned(one_[k], other_[k - shift]);
    for (std::size_t k = 0; k < shift; ++k) {
      product[k] = turned(one_[k], other_[k + size_ - shift]);
    }
    backward_.execute();
    const std::span<const Sample> found = backward_.out();
    const float power = most_power(found);
    if (power <= power_) return;
    power_ = power;
    const auto is_it = [power](const Sample& x) { return power_of(x) >= power; };
    at_ = static_cast<std::size_t>(std::ranges::find_if(found, is_it) - found.begin());
    best_bin_ = bins;
  }

 private:
  // a conj(b), without std::complex's detour for infinities.
  static Sample turned(Sample a, Sample b) {
    return {a.real() * b.real() + a.imag() * b.imag(), a.imag() * b.real() - a.real() * b.imag()};
  }
  Samples spectrum(SampleView samples) const {
    Fft forward(size_);
    std::ranges::fill(forward.in(), Sample());
    std::ranges::copy(samples, forward.in().begin());
    forward.execute();
    return {forward.out().begin(), forward.out().end()};
  }

  std::size_t size_;
  Samples one_, other_;
  Fft backward_;
  float power_ = 0;  // Of the best so far.
  std::size_t at_ = 0;
  std::ptrdiff_t best_bin_ = 0;
};

}  // namespace

Alignment align(SampleView one, SampleView other, double carrier_offset, const Band& band) {
  Correlator correlator(one, other, band);
  const std::ptrdiff_t centre = correlator.bin_of(carrier_offset);
  for (std::ptrdiff_t bin = -kOffsetBins; bin <= kOffsetBins; bin += kStep) {
    correlator.look(centre + bin);
    if (std::abs(centre) > kOffsetBins) correlator.look(bin);
  }
  const std::ptrdiff_t found = correlator.best_bin();
  for (std::ptrdiff_t bin = 1; bin < kStep; ++bin) {
    correlator.look(found - bin);
    correlator.look(found + bin);
  }
  return correlator.best();
}

Overlap overlap_of(SampleView one, SampleView other, const Alignment& at) {
  const std::ptrdiff_t begin = std::max<std::ptrdiff_t>(0, -at.delay);
  const std::ptrdiff_t end = std::min(static_cast<std::ptrdiff_t>(other.size()),
                                      static_cast<std::ptrdiff_t>(one.size()) - at.delay);
  Overlap out;
  if (end <= begin) return out;
  const auto length = static_cast<std::size_t>(end - begin);
  const SampleView a = one.subspan(static_cast<std::size_t>(begin + at.delay), length);
  const SampleView b = other.subspan(static_cast<std::size_t>(begin), length);
  out.one.assign(a.begin(), a.end());
  out.other.assign(b.begin(), b.end());
  rotate({0, at.turns_per_sample, 0}, out.other);
  return out;
}

}  // namespace earshot::radio
