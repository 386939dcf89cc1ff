#include "radio/css/detector.h"

#include <algorithm>
#include <cmath>

#include "radio/css/chirp.h"
#include "radio/css/kernels.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr int kDeepest = 7;               // Chosen: more would not fit our beacons' preamble of 8.
constexpr double kFalsePerWindow = 8e-4;  // Chosen: each costs about 100 windows' work.
// Of the peak: chosen above what two payload symbols of depth_ >= 5 windows hold.
constexpr float kStillThere = 0.5F;
// Of the windows' mean, what each must hold (less a bin's mean): payload symbols fall into two
// windows each and leave some others empty. Chosen: near the threshold one preamble's window in 500
// holds less.
constexpr float kSpread = 0.2F;
constexpr std::size_t kMostOpen = 8;  // Preambles at once in one channel.
std::size_t find_pair(const std::vector<float>& sums, float sum) {
  for (std::size_t k = 0; k < sums.size(); ++k) {
    if (sums[k] + sums[(k + 1) % sums.size()] >= sum) return k;
  }
  return 0;
}

}  // namespace

Samples chip_rate_up_chirp(int spreading_factor) {
  Samples chirp(static_cast<std::size_t>(chips_per_symbol(spreading_factor)));
  const double chips = chips_per_symbol(spreading_factor);
  add_rotation({0, -0.5, 1 / chips}, 1, chirp);
  return chirp;
}

double gamma_quantile(int count, double probability) {
  double low = 0;
  double high = 1000;
  for (int i = 0; i < 100; ++i) {
    const double x = (low + high) / 2;
    double term = std::exp(-x);
    double tail = 0;
    for (int k = 0; k < count; ++k) {
      tail += term;
      term *= x / (k + 1);
    }
    (tail > probability ? low : high) = x;
  }
  return low;
}

PreambleDetector::PreambleDetector(int spreading_factor, int min_preamble_symbols)
    : chips_(static_cast<std::size_t>(chips_per_symbol(spreading_factor))),
      depth_(static_cast<std::size_t>(std::clamp(min_preamble_symbols - 1, 5, kDeepest))),
      threshold_(static_cast<float>(gamma_quantile(2 * static_cast<int>(depth_),
                                                   kFalsePerWindow / static_cast<double>(chips_)) /
                                    static_cast<double>(depth_))),
      fft_(chips_),
      down_chirp_(chip_rate_up_chirp(spreading_factor)),
      powers_(depth_, std::vector<float>(chips_)),
      sums_(chips_) {
  for (Sample& sample : down_chirp_) sample = std::conj(sample);
}

void PreambleDetector::add_window(SampleView window) {
  multiply(window, down_chirp_, fft_.in());
  fft_.execute();
  powers(fft_.out(), powers_[static_cast<std::size_t>(window_) % depth_]);
}

void PreambleDetector::look() {
  if (window_ + 1 < static_cast<std::int64_t>(depth_)) return;
  const SumsFound found = add_rows(powers_, sums_);
  const float peak = std::max(found.largest_pair, sums_.back() + sums_.front());
  const double mean = found.total / static_cast<double>(chips_);
  if (!(static_cast<double>(peak) > static_cast<double>(threshold_) * mean)) return;
  const std::size_t bin = find_pair(sums_, peak);
  if (!is_spread(bin, peak, static_cast<float>(mean))) return;
  note(bin, peak, static_cast<double>(sums_[(bin + 1) % chips_] / peak));
}

bool PreambleDetector::is_spread(std::size_t bin, float sum, float mean) const {
  const float least = (kSpread * sum - mean) / static_cast<float>(depth_);
  return std::all_of(powers_.begin(), powers_.end(), [&](const std::vector<float>& power) {
    return power[bin] + power[(bin + 1) % chips_] > least;
  });
}

void PreambleDetector::note(std::size_t bin, float sum, double fraction) {
  const double chips = static_cast<double>(chips_);
  const double where = static_cast<double>(bin) + fraction;
  for (Open& open : open_) {
    if (std::abs(std::remainder(where - open.candidate.bin, chips)) > 2) continue;
    // What holds less is no longer the preamble: a symbol of the payload may fall into its bin.
    if (sum >= kStillThere * open.peak) open.candidate.last_window = window_;
    if (sum >= open.peak) {
      open.peak = sum;
      open.candidate.bin = where;
    }
    return;
  }
  if (open_.size() < kMostOpen) open_.push_back({{window_, window_, where}, sum});
}

std::vector<PreambleCandidate> PreambleDetector::run(SampleView window) {
  add_window(window);
  look();
  std::vector<PreambleCandidate> over;
  std::erase_if(open_, [this, &over](const Open& open) {
    if (window_ < open.candidate.last_window + kLinger) return false;
    over.push_back(open.candidate);
    return true;
  });
  ++window_;
  return over;
}

std::vector<PreambleCandidate> PreambleDetector::flush() {
  std::vector<PreambleCandidate> over;
  over.reserve(open_.size());
  for (const Open& open : open_) over.push_back(open.candidate);
  open_.clear();
  window_ = 0;
  return over;
}

}  // namespace earshot::radio
