#include "radio/css/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "radio/css/turn.h"

namespace earshot::radio {

namespace {

using Complex = std::complex<double>;

constexpr double kTau = 2 * std::numbers::pi;
constexpr double kClockPrior = 10e-6;        // Chosen: oscillators are some 10 ppm off.
constexpr std::size_t kToneChirps = 28;      // Head and some payload: tones only start the search.
constexpr std::size_t kCoherentChirps = 48;  // So many first: all of a long frame is a fine comb.
constexpr double kToneStep = 0.125;          // Bins; the parabola through three does the rest.
constexpr double kClockReach = 60e-6;        // Given: clocks are at most 50 ppm off.
constexpr double kClockStepChips = 0.5;  // What a step of the clock search moves the first chirp.
constexpr double kNeedsTones = 0.25;     // Bins and chips: closer, and phases are enough.
constexpr double kAlignReach = 0.4;      // Bins: what tones leave open.
// Each squares the error, which starts below a radian.
constexpr int kIterations = 3;
// How far the model may move, in bins and chips, before its segments are correlated anew: within a
// segment, an eighth of a chirp, that costs 2e-3 of the power for tones and 1e-4 for phases.
constexpr double kFreshForTones = 0.25;
constexpr double kFreshForPhases = 0.06;

// Without the library's check for infinities.
Complex times(const Complex& a, const Complex& b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

struct Tone {
  double offset = 0;  // Bins.
  double power = 0;   // Powers of the chirps added.
};

// The strongest tone within up- or down-chirps.
Tone strongest_tone(std::span<const Segment> segments, std::span<const Chirp> chirps, bool up,
                    double chips, double reach) {
  const int half = static_cast<int>(std::ceil(reach / kToneStep));
  std::vector<double> power(static_cast<std::size_t>(2 * half + 1));
  for (std::size_t begin = 0; begin < segments.size();) {
    std::size_t end = begin;
    while (end < segments.size() && segments[end].chirp == segments[begin].chirp) ++end;
    const Chirp& chirp = chirps[segments[begin].chirp];
    if (chirp.up == up) {
      std::vector<Complex> sums(power.size());
      for (std::size_t i = begin; i < end; ++i) {
        const double x = (segments[i].chips - chirp.start_chips - chirp.length_chips / 2) / chips;
        const Complex step = turn(-kToneStep * x);
        Complex value = segments[i].sum * turn(kToneStep * half * x);
        for (Complex& sum : sums) {
          sum += value;
          value = times(value, step);
        }
      }
      for (std::size_t k = 0; k < sums.size(); ++k) power[k] += std::norm(sums[k]);
    }
    begin = end;
  }
  const auto best =
      static_cast<std::size_t>(std::max_element(power.begin(), power.end()) - power.begin());
  double vertex = 0;
  if (best > 0 && best + 1 < power.size()) {
    const double below = power[best - 1];
    const double above = power[best + 1];
    const double curve = below - 2 * power[best] + above;
    if (curve < 0) vertex = std::clamp((below - above) / (2 * curve), -0.5, 0.5);
  }
  return {(static_cast<double>(best) - half + vertex) * kToneStep, power[best]};
}

// The carrier error that lines up the chirps' phases, in bins, within +-reach.
double coherent_offset(std::span<const ChirpSum> sums, double chips, double reach) {
  if (sums.empty()) return 0;
  const double span = (sums.back().chips - sums.front().chips) / chips + 1;
  const double step = 0.25 / span;  // Of the main lobe.
  const int half = static_cast<int>(std::ceil(reach / step));
  std::vector<Complex> value;
  std::vector<Complex> turns;
  for (const ChirpSum& chirp : sums) {
    turns.push_back(turn(-step * chirp.chips / chips));
    value.push_back(chirp.sum * turn(step * half * chirp.chips / chips));
  }
  double best = -1;
  int best_k = 0;
  for (int k = -half; k <= half; ++k) {
    Complex total = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      total += value[i];
      value[i] = times(value[i], turns[i]);
    }
    if (std::norm(total) > best) {
      best = std::norm(total);
      best_k = k;
    }
  }
  return best_k * step;
}

using Vector4 = std::array<double, 4>;
using Matrix4 = std::array<Vector4, 4>;

// Inverse of a symmetric positive definite matrix by elimination.
Matrix4 inverse(Matrix4 a) {
  Matrix4 b{};
  for (std::size_t i = 0; i < 4; ++i) b[i][i] = 1;
  for (std::size_t i = 0; i < 4; ++i) {
    const double pivot = a[i][i];
    for (std::size_t k = 0; k < 4; ++k) {
      a[i][k] /= pivot;
      b[i][k] /= pivot;
    }
    for (std::size_t j = 0; j < 4; ++j) {
      if (j == i) continue;
      const double factor = a[j][i];
      for (std::size_t k = 0; k < 4; ++k) {
        a[j][k] -= factor * a[i][k];
        b[j][k] -= factor * b[i][k];
      }
    }
  }
  return b;
}

// One Gauss-Newton step on the segments' phases.
struct Step {
  ModelChange change;
  double time_variance = 0;  // chips^2 * |amplitude|^2 / noise variance per sample.
};

Step least_squares(std::span<const Segment> segments, double anchor_chips,
                   const FitOptions& options, double radio_turns_per_chip) {
  Complex amplitude = 0;
  double weight = 0;
  double mean_chips = 0;
  for (const Segment& segment : segments) {
    amplitude += segment.sum;
    weight += segment.weight;
    mean_chips += segment.chips * segment.weight;
  }
  amplitude /= weight;
  mean_chips /= weight;
  const double power = std::max(std::norm(amplitude), 1e-30);
  Matrix4 normal{};
  Vector4 right{};
  for (const Segment& segment : segments) {
    const double since = segment.chips - anchor_chips;
    Vector4 row = {1, kTau * (segment.chips - mean_chips), -kTau * segment.frequency,
                   kTau * segment.frequency * since};
    // A carrier error that is a clock error too moves the phase through both.
    if (options.clock == ClockModel::tied) row[1] += row[3] / radio_turns_per_chip;
    if (options.clock != ClockModel::estimated) row[3] = 0;
    const double phase = (segment.sum * std::conj(amplitude)).imag() / power;
    for (std::size_t i = 0; i < 4; ++i) {
      right[i] += row[i] * phase;
      for (std::size_t k = 0; k < 4; ++k) normal[i][k] += segment.weight * row[i] * row[k];
    }
  }
  // The prior keeps the clock where the samples say nothing; its weight is that of a 0 dB sample.
  normal[3][3] += 1 / (kClockPrior * kClockPrior);
  const Matrix4 covariance = inverse(normal);
  Vector4 solution{};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t k = 0; k < 4; ++k) solution[i] += covariance[i][k] * right[k];
  }
  return {{solution[2], solution[1], solution[3]}, covariance[2][2] / 2};
}

// The model and its segments, which stay in step.
class Search {
 public:
  Search(const FrameModel& guess, std::span<const Chirp> chirps, SampleView samples,
         const FitOptions& options)
      : options_(options),
        chirps_(chirps),
        chips_(chips_per_symbol(options.spreading_factor)),
        correlator_(chirps, samples, options.spreading_factor),
        model_(guess) {
    for (const Chirp& chirp : chirps) {
      if (!chirp.up) anchor_ = chirp.start_chips + chirp.length_chips;
    }
    tie();
  }

  Fit run() {
    if (options_.uncertainty > kNeedsTones) find_tones();
    refresh(chirps_.size(), kFreshForTones);
    align(kCoherentChirps, std::min(kAlignReach, options_.uncertainty));
    if (chirps_.size() > kCoherentChirps) align(chirps_.size(), 0.05);
    Fit fit;
    for (int iteration = 0; iteration < kIterations; ++iteration) {
      refresh(chirps_.size(), kFreshForPhases);
      Step step = least_squares(segments_, anchor_, options_, radio_turns_per_chip());
      step.change.time = std::clamp(step.change.time, -0.5, 0.5);
      step.change.clock = std::clamp(step.change.clock, -5e-5, 5e-5);
      change(step.change);
      fit.start_variance = step.time_variance * model_.samples_per_chip * model_.samples_per_chip;
    }
    fit.model = model_;
    fit.sums = by_chirp(segments_);
    return fit;
  }

 private:
  double radio_turns_per_chip() const {
    return options_.radio_turns_per_sample * model_.samples_per_chip;
  }

  void tie() {
    if (options_.clock == ClockModel::tied) {
      model_.clock = model_.carrier / options_.radio_turns_per_sample;
    }
  }

  // Segments of the first `count` chirps for a model that has moved by no more than `tolerance`.
  void refresh(std::size_t count, double tolerance) {
    count = std::min(count, chirps_.size());
    if (count <= correlated_ && moved_ <= tolerance) return;
    segments_ = correlator_.run(model_, count);
    correlated_ = count;
    moved_ = 0;
  }

  void change(ModelChange change) {
    const double at = model_.position(anchor_) + change.time * model_.samples_per_chip;
    model_.carrier += change.carrier / model_.samples_per_chip;
    model_.clock += change.clock;
    tie();
    model_.start += at - model_.position(anchor_);
    if (options_.clock == ClockModel::tied) change.clock = change.carrier / radio_turns_per_chip();
    const Chirp& last = chirps_.back();
    const double reach = std::max(anchor_, last.start_chips + last.length_chips - anchor_);
    moved_ +=
        std::abs(change.time) + std::abs(change.carrier) * chips_ + std::abs(change.clock) * reach;
    apply(change, anchor_, segments_);
  }

  // Up- and down-chirps' strongest tones, without regard to phases; a second time where the first
  // may have begun too far off.
  void find_tones() {
    for (const double reach : {2 * options_.uncertainty, 0.5}) {
      refresh(kToneChirps, kFreshForTones);
      const ModelChange clock = options_.clock == ClockModel::estimated && reach > 0.5
                                    ? find_clock(reach)
                                    : ModelChange();
      if (clock.clock != 0) change(clock);
      const Tone up = strongest_tone(segments_, chirps_, true, chips_, reach);
      const Tone down = strongest_tone(segments_, chirps_, false, chips_, reach);
      change({(down.offset - up.offset) / 2, (up.offset + down.offset) / 2 / chips_, 0});
    }
  }

  // The clock offset at which the chirps' tones are strongest.
  ModelChange find_clock(double reach) {
    const std::vector<Segment> untouched = segments_;
    const double step = kClockStepChips / (anchor_ - chirps_.front().start_chips);
    const int steps = static_cast<int>(std::ceil(kClockReach / step));
    double best = -1;
    ModelChange found;
    for (int k = -steps; k <= steps; ++k) {
      const ModelChange trial = {0, 0, k * step};
      segments_ = untouched;
      apply(trial, anchor_, segments_);
      const double power = strongest_tone(segments_, chirps_, true, chips_, reach).power +
                           strongest_tone(segments_, chirps_, false, chips_, reach).power;
      if (power <= best) continue;
      best = power;
      found = trial;
    }
    segments_ = untouched;
    return found;
  }

  // Lines up the phases of the first `count` chirps.
  void align(std::size_t count, double reach) {
    const std::vector<ChirpSum> sums = by_chirp(segments_);
    const auto first = std::span(sums).first(std::min(count, sums.size()));
    change({0, coherent_offset(first, chips_, reach) / chips_, 0});
  }

  FitOptions options_;
  std::span<const Chirp> chirps_;
  double chips_;
  Correlator correlator_;
  FrameModel model_;
  double anchor_ = 0;  // The instant at which the time error is counted: end of the down-chirps.
  std::vector<Segment> segments_;
  std::size_t correlated_ = 0;  // Chirps in segments_.
  double moved_ = 0;            // Of the model since, in bins and chips.
};

}  // namespace

Fit fit_chirps(const FrameModel& guess, std::span<const Chirp> chirps, SampleView samples,
               const FitOptions& options) {
  return Search(guess, chirps, samples, options).run();
}

}  // namespace earshot::radio
