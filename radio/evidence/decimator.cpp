#include "radio/evidence/decimator.h"

#include <liquid/liquid.h>

#include <cmath>
#include <complex>
#include <memory>
#include <mutex>
#include <numbers>
#include <numeric>

#include "radio/css/dsp_lock.h"

namespace earshot::radio {
namespace {

constexpr std::uint64_t kMaxBranches = 1024;
constexpr double kStopBandDb = 70;        // Chosen: below ci8's own noise of some -50 dB.
constexpr double kTransitionShare = 0.3;  // Of out_hz / 2, around it.

struct Bank {
  firpfb_crcf filters;
  explicit Bank(firpfb_crcf made) : filters(made) {}
  Bank(const Bank&) = delete;
  Bank& operator=(const Bank&) = delete;
  ~Bank() {
    const std::scoped_lock lock(dsp_lock());
    firpfb_crcf_destroy(filters);
  }
};

// Taps on each side of the middle, in input samples.
unsigned half_length(const Decimation& how) {
  const double transition =
      kTransitionShare * static_cast<double>(how.out_hz) / 2 / static_cast<double>(how.in_hz);
  // Kaiser's formula for the length of a window with this stop band.
  return static_cast<unsigned>(std::ceil((kStopBandDb - 7.95) / (14.36 * transition) / 2)) + 1;
}

std::unique_ptr<Bank> make_bank(const Decimation& how, unsigned branches, unsigned half) {
  const unsigned length = 2 * half * branches;
  std::vector<float> taps(length + 1);
  const double cutoff = static_cast<double>(how.out_hz) / 2 / static_cast<double>(how.in_hz);
  const std::scoped_lock lock(dsp_lock());
  liquid_firdes_kaiser(length + 1, static_cast<float>(cutoff / branches),
                       static_cast<float>(kStopBandDb), 0, taps.data());
  // The bank takes a whole number of taps for each branch, so the last one goes; the first goes
  // with it, or the rest would not be symmetric about `half`.
  taps.pop_back();
  taps.front() = 0;
  const auto scale = static_cast<float>(branches / std::accumulate(taps.begin(), taps.end(), 0.0));
  for (float& tap : taps) tap *= scale;
  return std::make_unique<Bank>(firpfb_crcf_create(branches, taps.data(), length));
}

// Moves the channel to zero: sample `index` of the stream times exp(-2 pi i channel index / rate).
Sample mixed(const Decimation& how, SampleView stream, std::int64_t index) {
  if (index < 0 || index >= static_cast<std::int64_t>(stream.size())) return {};
  const auto rate = static_cast<double>(how.in_hz);
  const double turns = std::fmod(how.channel_hz * static_cast<double>(index), rate) / rate;
  const std::complex<double> rotation = std::polar(1.0, -2 * std::numbers::pi * turns);
  return stream[static_cast<std::size_t>(index)] * Sample(rotation);
}

}  // namespace

Result<Samples> decimate(const Decimation& how, SampleView stream, std::uint64_t first,
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
  const std::unique_ptr<Bank> bank = make_bank(how, static_cast<unsigned>(up), half);
  Samples out((last - first) * up / down);
  // Branch i after pushing sample n gives the time n - half + i / up.
  std::int64_t next = static_cast<std::int64_t>(first) - half;
  for (std::uint64_t k = 0; k < out.size(); ++k) {
    const std::uint64_t step = k * down;
    const auto upto = static_cast<std::int64_t>(first + step / up) + half;
    for (; next <= upto; ++next) firpfb_crcf_push(bank->filters, mixed(how, stream, next));
    firpfb_crcf_execute(bank->filters, static_cast<unsigned>(step % up), &out[k]);
  }
  return out;
}

}  // namespace earshot::radio
