#include "radio/css/fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

using Complex = std::complex<double>;

constexpr int kParts = 16;  // Segments of a chirp.
constexpr double kTau = 2 * std::numbers::pi;
constexpr double kClockPrior = 10e-6;  // Chosen: oscillators are some 10 ppm off.
constexpr std::size_t kCoarseChirps = 48;
constexpr double kToneStep = 0.125;  // Bins; the parabola through three does the rest.
constexpr int kIterations = 4;       // Each squares the error; it starts below a radian.

// What a piece of a sweep correlates to against the model's waveform.
struct Segment {
  std::size_t chirp = 0;
  double chips = 0;      // Middle, in the frame.
  double frequency = 0;  // Of the waveform there, turns per chip.
  double weight = 0;     // Samples.
  Complex sum;
};

Complex turn(double turns) { return std::polar(1.0, kTau * (turns - std::floor(turns))); }

class Correlator {
 public:
  Correlator(std::span<const Chirp> chirps, SampleView samples, int spreading_factor)
      : chirps_(chirps), samples_(samples), spreading_factor_(spreading_factor) {}

  std::vector<Segment> run(const FrameModel& model) {
    std::vector<Segment> segments;
    segments.reserve(chirps_.size() * (kParts + 2));
    for (std::size_t i = 0; i < chirps_.size(); ++i) {
      for (const Sweep& sweep : sweeps(chirps_[i], spreading_factor_)) {
        add_sweep(model, i, sweep, segments);
      }
    }
    return segments;
  }

 private:
  // First sample at or after a chip.
  std::int64_t sample_at(const FrameModel& model, double chips) const {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(model.position(chips))), 0,
                                    static_cast<std::int64_t>(samples_.size()));
  }

  void add_sweep(const FrameModel& model, std::size_t index, const Sweep& sweep,
                 std::vector<Segment>& segments) {
    const Chirp& chirp = chirps_[index];
    const double from = chirp.start_chips + sweep.first_chips;
    const double to = chirp.start_chips + sweep.last_chips;
    const std::int64_t first = sample_at(model, from);
    const std::int64_t last = sample_at(model, to);
    if (first >= last) return;
    buffer_.resize(static_cast<std::size_t>(last - first));
    const double step = (1 + model.clock) / model.samples_per_chip;
    const double x = model.chips_at(static_cast<double>(first)) - from;
    const QuadraticPhase phase = {-(sweep.phase_at(sweep.first_chips + x) +
                                    model.carrier * (static_cast<double>(first) - model.start)),
                                  -((sweep.frequency + sweep.slope * x) * step + model.carrier),
                                  -sweep.slope * step * step};
    rotate(phase, samples_.subspan(static_cast<std::size_t>(first), buffer_.size()), buffer_);
    const double part_chips = chips_per_symbol(spreading_factor_) / static_cast<double>(kParts);
    const int parts = std::max(1, static_cast<int>(std::lround((to - from) / part_chips)));
    for (int part = 0; part < parts; ++part) {
      const double begin_chips = from + (to - from) * part / parts;
      const double end_chips = from + (to - from) * (part + 1) / parts;
      const auto begin = static_cast<std::size_t>(sample_at(model, begin_chips) - first);
      const auto end = static_cast<std::size_t>(
          (part + 1 == parts ? last : sample_at(model, end_chips)) - first);
      if (begin >= end) continue;
      Sample sum;
      for (std::size_t k = begin; k < end; ++k) sum += buffer_[k];
      const double middle =
          model.chips_at(static_cast<double>(first) + static_cast<double>(begin + end - 1) / 2.0);
      segments.push_back({index, middle, sweep.frequency + sweep.slope * (middle - from),
                          static_cast<double>(end - begin), Complex(sum)});
    }
  }

  std::span<const Chirp> chirps_;
  SampleView samples_;
  int spreading_factor_;
  Samples buffer_;
};

// Offset of the strongest tone within up- or down-chirps, in bins, powers of the chirps added.
double tone_offset(std::span<const Segment> segments, std::span<const Chirp> chirps, bool up,
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
          value *= step;
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
  return (static_cast<double>(best) - half + vertex) * kToneStep;
}

// The carrier error that lines up the chirps' phases, in bins, within +-reach.
double coherent_offset(std::span<const Segment> segments, double chips, double reach) {
  std::vector<Complex> value;
  std::vector<double> when;
  for (std::size_t begin = 0; begin < segments.size();) {
    Complex sum = 0;
    double moment = 0;
    double weight = 0;
    const std::size_t chirp = segments[begin].chirp;
    for (; begin < segments.size() && segments[begin].chirp == chirp; ++begin) {
      sum += segments[begin].sum;
      moment += segments[begin].weight * segments[begin].chips;
      weight += segments[begin].weight;
    }
    value.push_back(sum);
    when.push_back(moment / weight);
  }
  const double span = (when.back() - when.front()) / chips + 1;
  const double step = 0.25 / span;  // Of the main lobe.
  const int half = static_cast<int>(std::ceil(reach / step));
  std::vector<Complex> turns(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    turns[i] = turn(-step * when[i] / chips);
    value[i] *= turn(step * half * when[i] / chips);
  }
  double best = -1;
  int best_k = 0;
  for (int k = -half; k <= half; ++k) {
    Complex sum = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      sum += value[i];
      value[i] *= turns[i];
    }
    if (std::norm(sum) > best) {
      best = std::norm(sum);
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

// One Gauss-Newton step on the segments' phases. Unknowns: phase, carrier error (turns per chip),
// time error (chips), clock error.
struct Step {
  Complex amplitude;
  double weight = 0;
  double carrier = 0;
  double time = 0;
  double clock = 0;
  double time_variance = 0;  // chips^2 * |amplitude|^2 / noise variance per sample.
};

Step least_squares(std::span<const Segment> segments, double anchor_chips,
                   const FitOptions& options, double radio_turns_per_chip) {
  Step step;
  for (const Segment& segment : segments) {
    step.amplitude += segment.sum;
    step.weight += segment.weight;
  }
  step.amplitude /= step.weight;
  const double power = std::max(std::norm(step.amplitude), 1e-30);
  Matrix4 normal{};
  Vector4 right{};
  double mean_chips = 0;
  for (const Segment& segment : segments) mean_chips += segment.chips * segment.weight;
  mean_chips /= step.weight;
  for (const Segment& segment : segments) {
    const double since = segment.chips - anchor_chips;
    Vector4 row = {1, kTau * (segment.chips - mean_chips), -kTau * segment.frequency,
                   kTau * segment.frequency * since};
    // A carrier error that is a clock error too moves the phase through both.
    if (options.clock == ClockModel::tied) row[1] += row[3] / radio_turns_per_chip;
    if (options.clock != ClockModel::estimated) row[3] = 0;
    const double phase = (segment.sum * std::conj(step.amplitude)).imag() / power;
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
  step.carrier = solution[1];
  step.time = solution[2];
  step.clock = solution[3];
  step.time_variance = covariance[2][2] / 2;
  return step;
}

}  // namespace

std::vector<ChirpSum> correlate_chirps(const FrameModel& model, std::span<const Chirp> chirps,
                                       SampleView samples, int spreading_factor) {
  std::vector<ChirpSum> sums;
  for (const Segment& segment : Correlator(chirps, samples, spreading_factor).run(model)) {
    if (sums.empty() || sums.back().chirp != segment.chirp) sums.push_back({segment.chirp, 0, 0});
    sums.back().sum += segment.sum;
    sums.back().weight += segment.weight;
  }
  return sums;
}

Fit fit_chirps(const FrameModel& guess, std::span<const Chirp> chirps, SampleView samples,
               const FitOptions& options) {
  const double chips = chips_per_symbol(options.spreading_factor);
  FrameModel model = guess;
  const auto tie = [&model, &options] {
    if (options.clock == ClockModel::tied)
      model.clock = model.carrier / options.radio_turns_per_sample;
  };
  // The reference instant, at which the time error is counted: the end of the down-chirps.
  double anchor = 0;
  for (const Chirp& chirp : chirps) {
    if (!chirp.up) anchor = chirp.start_chips + chirp.length_chips;
  }
  const auto apply = [&](double time_chips, double carrier_per_chip, double clock) {
    const double at = model.position(anchor) + time_chips * model.samples_per_chip;
    model.carrier += carrier_per_chip / model.samples_per_chip;
    model.clock += clock;
    tie();
    model.start += at - model.position(anchor);
  };
  tie();
  Correlator coarse(chirps.first(std::min(chirps.size(), kCoarseChirps)), samples,
                    options.spreading_factor);
  for (const double reach : {2 * options.uncertainty, 0.5}) {
    const std::vector<Segment> segments = coarse.run(model);
    const double up = tone_offset(segments, chirps, true, chips, reach);
    const double down = tone_offset(segments, chirps, false, chips, reach);
    apply((down - up) / 2, (up + down) / 2 / chips, 0);
  }
  apply(0, coherent_offset(coarse.run(model), chips, 0.4) / chips, 0);
  Correlator whole(chirps, samples, options.spreading_factor);
  if (chirps.size() > kCoarseChirps) {
    apply(0, coherent_offset(whole.run(model), chips, 0.05) / chips, 0);
  }
  Fit fit;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    const Step step = least_squares(whole.run(model), anchor, options,
                                    options.radio_turns_per_sample * model.samples_per_chip);
    fit.amplitude = step.amplitude;
    fit.weight = step.weight;
    fit.start_variance = step.time_variance * model.samples_per_chip * model.samples_per_chip;
    apply(std::clamp(step.time, -0.5, 0.5), step.carrier, std::clamp(step.clock, -5e-5, 5e-5));
  }
  fit.model = model;
  return fit;
}

}  // namespace earshot::radio
