#include "hotspot/stream_receiver.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace earshot::hotspot {
namespace {

constexpr float kScale = 32767;
constexpr float kAlmostFull = 0.999F;

std::int16_t to_integer(float value) {
  const float scaled = std::clamp(value, -1.0F, 1.0F) * kScale;
  return static_cast<std::int16_t>(scaled +
                                   (scaled < 0 ? -0.5F : 0.5F));  // A call less than lround.
}

}  // namespace

Result<StreamReceiver> StreamReceiver::create(const radio::ReceiverConfig& config,
                                              double kept_seconds) {
  Result<radio::Receiver> receiver = radio::Receiver::create(config);
  if (!receiver) return fail(receiver.error());
  const auto kept = static_cast<std::size_t>(std::ceil(kept_seconds * config.rate_hz));
  return StreamReceiver(config, *std::move(receiver), kept);
}

StreamReceiver::StreamReceiver(const radio::ReceiverConfig& config, radio::Receiver receiver,
                               std::size_t kept)
    : config_(config),
      receiver_(std::move(receiver)),
      ring_(2 * kept),
      kept_(static_cast<std::int64_t>(kept)) {}

void StreamReceiver::keep(const radio::AirPiece& piece) {
  anchors_.push_back({end_, piece.first, piece.drift_ppm});
  auto at = static_cast<std::size_t>(2 * (end_ % kept_));
  for (const radio::Sample& sample : piece.samples) {
    ring_[at++] = to_integer(sample.real());
    ring_[at++] = to_integer(sample.imag());
    if (at == ring_.size()) at = 0;
    const float most = std::max(std::abs(sample.real()), std::abs(sample.imag()));
    clipped_ += most >= kAlmostFull ? 1 : 0;
  }
  end_ += static_cast<std::int64_t>(piece.samples.size());
  while (anchors_.size() > 1 && anchors_[1].index <= end_ - kept_) anchors_.pop_front();
}

void StreamReceiver::push(const radio::AirPiece& piece, const OnFrame& on_frame) {
  if (piece.samples.empty()) return;
  if (piece.after_gap) {
    receiver_.flush(on_frame);
    end_ = 0;
    anchors_.clear();
  }
  keep(piece);
  receiver_.push(piece.samples, on_frame);
}

radio::ClockFit::Estimate StreamReceiver::time_of(double index) const {
  const auto after = std::ranges::upper_bound(
      anchors_, index, {}, [](const Anchor& anchor) { return static_cast<double>(anchor.index); });
  const Anchor& anchor = after == anchors_.begin() ? *after : *std::prev(after);
  const double seconds =
      (index - static_cast<double>(anchor.index)) / config_.rate_hz * (1 + anchor.drift_ppm * 1e-6);
  radio::ClockFit::Estimate estimate = anchor.time;
  estimate.utc = estimate.utc + Picoseconds(std::llround(seconds * kPicosPerSecond));
  return estimate;
}

void StreamReceiver::copy(std::int64_t first, std::span<radio::Sample> out) const {
  auto at = static_cast<std::size_t>(2 * (first % kept_));
  for (radio::Sample& sample : out) {
    sample = {static_cast<float>(ring_[at]) / kScale, static_cast<float>(ring_[at + 1]) / kScale};
    at += 2;
    if (at == ring_.size()) at = 0;
  }
}

radio::Samples StreamReceiver::copy(std::int64_t first, std::int64_t end) const {
  radio::Samples samples(static_cast<std::size_t>(end - first));
  copy(first, samples);
  return samples;
}

std::optional<StreamReceiver::Surroundings> StreamReceiver::around(const radio::Frame& frame,
                                                                   double lead_s,
                                                                   double tail_s) const {
  const auto kept_from = std::max<std::int64_t>(0, end_ - kept_);
  const double last = frame.start_sample + frame.sample_count;
  const auto wanted =
      static_cast<std::int64_t>(std::floor(frame.start_sample - lead_s * rate_hz()));
  const std::int64_t first = std::max(wanted, kept_from);
  const std::int64_t end =
      std::min(end_, static_cast<std::int64_t>(std::ceil(last + tail_s * rate_hz())));
  if (static_cast<double>(first) > frame.start_sample || static_cast<double>(end) < last) {
    return std::nullopt;
  }
  Surroundings out;
  out.samples = {static_cast<std::size_t>(end - first),
                 [this, first](std::size_t from, std::span<radio::Sample> piece) {
                   copy(first + static_cast<std::int64_t>(from), piece);
                 }};
  out.frame = frame;
  out.frame.start_sample -= static_cast<double>(first);
  out.frame.anchor_sample -= static_cast<double>(first);
  const radio::ClockFit::Estimate anchor = time_of(frame.anchor_sample);
  const double before_s = out.frame.anchor_sample / rate_hz();
  out.first = anchor.utc + Picoseconds(-std::llround(before_s * kPicosPerSecond));
  out.time_error_ps = anchor.error_ps;
  return out;
}

// Mixed to zero and averaged over 1 / bandwidth: a plain filter, as wide as the channel.
std::optional<double> StreamReceiver::channel_power_dbfs(double frequency_hz, double bandwidth_hz,
                                                         double seconds) const {
  const auto count = static_cast<std::int64_t>(seconds * rate_hz());
  if (count <= 0 || count > std::min(end_, kept_)) return std::nullopt;
  const radio::Samples samples = copy(end_ - count, end_);
  const auto length = std::max<std::size_t>(1, static_cast<std::size_t>(rate_hz() / bandwidth_hz));
  const double turn = -2 * std::numbers::pi * (frequency_hz - centre_hz()) / rate_hz();
  double power = 0;
  std::size_t blocks = 0;
  for (std::size_t at = 0; at + length <= samples.size(); at += length, ++blocks) {
    std::complex<double> sum;
    for (std::size_t i = 0; i < length; ++i) {
      const double angle = turn * static_cast<double>(at + i);
      sum += std::complex<double>(samples[at + i]) * std::polar(1.0, angle);
    }
    power += std::norm(sum / static_cast<double>(length));
  }
  if (blocks == 0) return std::nullopt;
  return 10 * std::log10(power / static_cast<double>(blocks) + 1e-30);
}

radio::Samples StreamReceiver::newest(std::size_t count) const {
  const std::int64_t held = std::min(end_, kept_);
  return copy(end_ - std::min(held, static_cast<std::int64_t>(count)), end_);
}

}  // namespace earshot::hotspot
