#include "radio/iq/spectrogram.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>

#include "radio/css/fft.h"

namespace earshot::radio {
namespace {

// Chosen: a long window sees fine frequencies, a short one fine times; between these, the square
// root of the length shows as much of both.
constexpr std::size_t kMinBins = 64, kMaxBins = 1024;
constexpr std::size_t kSlices = 8;  // Chosen: of a column, each averaged.

std::size_t bins_for(std::uint64_t samples) {
  const auto root = static_cast<std::size_t>(std::sqrt(static_cast<double>(samples)));
  return std::clamp(std::bit_ceil(root), kMinBins, kMaxBins);
}

class Analyser {
 public:
  explicit Analyser(std::size_t bins) : fft_(bins), window_(bins), slice_(bins) {
    double sum = 0;
    for (std::size_t i = 0; i < bins; ++i) {
      const double phase = 2 * std::numbers::pi * (static_cast<double>(i) + 0.5);
      window_[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase / static_cast<double>(bins)));
      sum += window_[i];
    }
    for (float& weight : window_) weight /= static_cast<float>(sum);
  }
  std::size_t bins() const { return window_.size(); }

  // The loudest slice of `samples`, which are at least one window, into `column`.
  void analyse(SampleView samples, std::span<float> column) {
    const std::size_t starts = samples.size() - bins() + 1;
    // Windows overlap by half; with few samples there are as many slices as windows.
    const std::size_t windows = 1 + (starts - 1) / (bins() / 2);
    const std::size_t slices = std::min(kSlices, windows);
    std::size_t window = 0;
    for (std::size_t slice = 0; slice < slices; ++slice) {
      const std::size_t end = (slice + 1) * windows / slices;
      std::fill(slice_.begin(), slice_.end(), 0.0F);
      const auto share = 1.0F / static_cast<float>(end - window);
      for (; window < end; ++window) add(samples.subspan(window * (bins() / 2), bins()), share);
      for (std::size_t i = 0; i < bins(); ++i) column[i] = std::max(column[i], slice_[i]);
    }
  }

 private:
  void add(SampleView samples, float share) {
    const std::span<Sample> in = fft_.in();
    for (std::size_t i = 0; i < bins(); ++i) in[i] = samples[i] * window_[i];
    fft_.execute();
    const std::span<const Sample> out = fft_.out();
    for (std::size_t i = 0; i < bins(); ++i) {
      slice_[(i + bins() / 2) % bins()] += std::norm(out[i]) * share;
    }
  }

  Fft fft_;
  std::vector<float> window_, slice_;
};

}  // namespace

Result<Spectrogram> spectrogram(const RecordingInfo& recording, std::uint64_t first,
                                std::uint64_t count, std::size_t columns,
                                const std::function<void(std::uint64_t)>& on_progress) {
  assert(count > 0 && columns > 0);
  Analyser analyser(bins_for(count));
  const std::uint64_t bins = analyser.bins();
  Spectrogram out{columns, analyser.bins(), std::vector<float>(columns * analyser.bins())};
  for (std::size_t column = 0; column < columns; ++column) {
    const std::uint64_t begin = first + count * column / columns;
    const std::uint64_t end = first + count * (column + 1) / columns;
    // A window around the column's middle where the column is shorter; inside the recording.
    const std::uint64_t length = std::max(end - begin, std::min(bins, recording.sample_count));
    const std::uint64_t middle = (begin + end) / 2;
    std::uint64_t from = middle - std::min(middle, length / 2);
    from = std::min(from, recording.sample_count - length);
    Result<Samples> samples = read_samples(recording, from, length);
    if (!samples) return fail(samples.error());
    if (samples->size() < bins) samples->resize(bins);
    // What is not a number must not blot out a picture.
    for (Sample& sample : *samples) {
      if (!std::isfinite(sample.real()) || !std::isfinite(sample.imag())) sample = {};
    }
    analyser.analyse(*samples, std::span(out.power).subspan(column * bins, bins));
    if (on_progress) on_progress(end - first);
  }
  return out;
}

}  // namespace earshot::radio
