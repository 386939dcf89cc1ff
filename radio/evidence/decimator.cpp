#include "radio/evidence/decimator.h"

#include <liquid/liquid.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "radio/css/kernels.h"
#include "radio/css/stream_buffer.h"

namespace earshot::radio {
namespace {

constexpr std::uint64_t kMaxBranches = 1024;
constexpr std::size_t kPiece = 4096;        // Chosen: stays in the nearest cache.
constexpr std::uint64_t kMaxPeriod = 4096;  // Chosen: so does this.
constexpr double kStopBandDb = 70;          // Chosen: below ci8's own noise of some -50 dB.
constexpr double kTransitionShare = 0.3;    // Of out_hz / 2, around it.

std::size_t as_size(std::int64_t value) { return static_cast<std::size_t>(value); }

// Taps on each side of the middle, in input samples.
unsigned half_length(const Decimation& how) {
  const double transition =
      kTransitionShare * static_cast<double>(how.out_hz) / 2 / static_cast<double>(how.in_hz);
  // Kaiser's formula for the length of a window with this stop band.
  return static_cast<unsigned>(std::ceil((kStopBandDb - 7.95) / (14.36 * transition) / 2)) + 1;
}

// The weights of each branch, every one twice and the oldest sample's first: a branch gives the
// time of its number / branches between two samples.
std::vector<std::vector<float>> make_bank(const Decimation& how, unsigned branches, unsigned half) {
  const unsigned length = 2 * half * branches;
  std::vector<float> taps(length + 1);
  const double cutoff = static_cast<double>(how.out_hz) / 2 / static_cast<double>(how.in_hz);
  liquid_firdes_kaiser(length + 1, static_cast<float>(cutoff / branches),
                       static_cast<float>(kStopBandDb), 0, taps.data());
  // A branch has a whole number of taps, so the last one goes; the first goes with it, or the rest
  // would not be symmetric about `half`.
  taps.pop_back();
  taps.front() = 0;
  const auto scale = static_cast<float>(branches / std::accumulate(taps.begin(), taps.end(), 0.0));
  std::vector<std::vector<float>> bank(branches);
  for (std::size_t i = taps.size(); i-- > 0;) {
    bank[i % branches].insert(bank[i % branches].end(), 2, scale * taps[i]);
  }
  return bank;
}

// exp(-2 pi i channel index / rate).
Sample rotation(const Decimation& how, std::uint64_t index) {
  const auto rate = static_cast<double>(how.in_hz);
  const double turns = std::fmod(how.channel_hz * static_cast<double>(index), rate) / rate;
  return Sample(std::polar(1.0, -2 * std::numbers::pi * turns));
}

// Every rotation there is, where channels lie on a raster: they come again after so many samples.
Samples rotations(const Decimation& how) {
  if (how.channel_hz != std::round(how.channel_hz)) return {};
  const auto channel = static_cast<std::uint64_t>(std::abs(how.channel_hz));
  const std::uint64_t period = how.in_hz / std::gcd(how.in_hz, channel);
  Samples all(period <= kMaxPeriod ? period : 0);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = rotation(how, i);
  return all;
}

// The stream with the channel moved to zero, as far as it is wanted; silence before and behind it.
class Mixed {
 public:
  Mixed(const Decimation& how, const StoredStream& stream, std::int64_t first)
      : how_(how), stream_(stream), rotations_(rotations(how)), first_(first) {}

  // Samples first, first + 1, ...; `first` never goes back.
  SampleView view(std::int64_t first, std::size_t count) {
    mixed_.discard_before(first - first_);
    while (mixed_.end() + first_ < first + static_cast<std::int64_t>(count)) extend();
    return mixed_.view(first - first_, count);
  }

 private:
  void extend() {
    const std::int64_t begin = first_ + mixed_.end();
    const std::span<Sample> piece = mixed_.extend(kPiece);
    std::ranges::fill(piece, Sample());
    const std::int64_t from = std::max<std::int64_t>(begin, 0);
    const std::int64_t to = std::min(begin + static_cast<std::int64_t>(kPiece),
                                     static_cast<std::int64_t>(stream_.size));
    if (from >= to) return;
    const auto held = piece.subspan(as_size(from - begin), as_size(to - from));
    stream_.copy(as_size(from), held);
    turns_.resize(held.size());
    for (std::size_t i = 0; i < turns_.size(); ++i) {
      const std::size_t index = as_size(from) + i;
      turns_[i] =
          rotations_.empty() ? rotation(how_, index) : rotations_[index % rotations_.size()];
    }
    multiply(held, turns_, held);
  }

  const Decimation& how_;
  const StoredStream& stream_;
  Samples rotations_;
  std::int64_t first_;  // What mixed_ calls 0.
  StreamBuffer mixed_;
  Samples turns_;
};

}  // namespace

Result<Samples> decimate(const Decimation& how, const StoredStream& stream, std::uint64_t first,
                         std::uint64_t last) {
  const std::uint64_t common = std::gcd(how.in_hz, how.out_hz);
  if (common == 0 || how.out_hz > how.in_hz || how.out_hz / common > kMaxBranches) {
    return fail(Errc::usage, "cannot bring " + std::to_string(how.in_hz) +
                                 " samples per second to " + std::to_string(how.out_hz) +
                                 ": the rate must be at least that, in a ratio of small numbers");
  }
  const std::uint64_t up = how.out_hz / common;
  const std::uint64_t down = how.in_hz / common;
  const unsigned half = half_length(how);
  const std::vector<std::vector<float>> bank = make_bank(how, static_cast<unsigned>(up), half);
  Samples out((last - first) * up / down);
  Mixed mixed(how, stream, static_cast<std::int64_t>(first) - half);
  for (std::uint64_t k = 0; k < out.size(); ++k) {
    // Branch i over the samples up to n gives the time n - half + i / up.
    const std::uint64_t step = k * down;
    const auto oldest = static_cast<std::int64_t>(first + step / up) - half + 1;
    out[k] = weighted_sum(bank[step % up], mixed.view(oldest, 2 * std::size_t{half}));
  }
  return out;
}

}  // namespace earshot::radio
