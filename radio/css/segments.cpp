#include "radio/css/segments.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "radio/css/kernels.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

constexpr std::size_t kAtOnce = 64;  // Segments whose phases are found together.
constexpr int kParts = 8;  // Segments of a chirp. Chosen: costs 1/64 of what a chirp says of time.

}  // namespace

std::vector<Segment> Correlator::run(const FrameModel& model, std::size_t count) {
  std::vector<Segment> segments;
  count = std::min(count, chirps_.size());
  segments.reserve(count * (kParts + 2));
  for (std::size_t i = 0; i < count; ++i) {
    for (const Sweep& sweep : sweeps(chirps_[i], spreading_factor_)) {
      add_sweep(model, i, sweep, segments);
    }
  }
  return segments;
}

// First sample at or after a chip.
std::int64_t Correlator::sample_at(const FrameModel& model, double chips) const {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(model.position(chips))), 0,
                                  static_cast<std::int64_t>(samples_.size()));
}

void Correlator::add_sweep(const FrameModel& model, std::size_t index, const Sweep& sweep,
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
  std::size_t begin = 0;
  for (int part = 0; part < parts; ++part) {
    const double end_chips = from + (to - from) * (part + 1) / parts;
    const auto end = part + 1 == parts
                         ? buffer_.size()
                         : static_cast<std::size_t>(sample_at(model, end_chips) - first);
    if (begin >= end) continue;
    const double middle =
        model.chips_at(static_cast<double>(first) + static_cast<double>(begin + end - 1) / 2.0);
    segments.push_back({index, middle, sweep.frequency + sweep.slope * (middle - from),
                        static_cast<double>(end - begin),
                        sum(SampleView(buffer_).subspan(begin, end - begin))});
    begin = end;
  }
}

void apply(const ModelChange& change, double anchor_chips, std::span<Segment> segments) {
  std::array<double, kAtOnce> turns;
  std::array<double, kAtOnce> re;
  std::array<double, kAtOnce> im;
  while (!segments.empty()) {
    const std::size_t count = std::min(kAtOnce, segments.size());
    for (std::size_t i = 0; i < count; ++i) {
      const Segment& segment = segments[i];
      const double since = segment.chips - anchor_chips;
      turns[i] = -change.carrier * segment.chips +
                 segment.frequency * (change.time - since * change.clock);
    }
    points(std::span(turns).first(count), re, im);
    for (std::size_t i = 0; i < count; ++i) {
      const std::complex<double> sum = segments[i].sum;
      segments[i].sum = {sum.real() * re[i] - sum.imag() * im[i],
                         sum.real() * im[i] + sum.imag() * re[i]};
    }
    segments = segments.subspan(count);
  }
}

std::vector<ChirpSum> by_chirp(std::span<const Segment> segments) {
  std::vector<ChirpSum> sums;
  for (const Segment& segment : segments) {
    if (sums.empty() || sums.back().chirp != segment.chirp) {
      if (!sums.empty()) sums.back().chips /= sums.back().weight;
      sums.push_back({segment.chirp, 0, 0, 0});
    }
    sums.back().sum += segment.sum;
    sums.back().weight += segment.weight;
    sums.back().chips += segment.weight * segment.chips;
  }
  if (!sums.empty()) sums.back().chips /= sums.back().weight;
  return sums;
}

}  // namespace earshot::radio
