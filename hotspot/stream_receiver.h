// The receiver on an endless stream: finds frames, and keeps the samples and times around them.
//
// Samples are kept at 16 bits, as finely as any device takes them. A gap ends what is being
// received: frames before it are still found, and the receiver begins anew after it.
#pragma once
#include <deque>
#include <functional>

#include "radio/evidence/snippet.h"
#include "radio/soapy/radio.h"

namespace earshot::hotspot {

class StreamReceiver {
 public:
  // Keeps `kept_seconds` of samples. Errc::usage as Receiver::create.
  static Result<StreamReceiver> create(const radio::ReceiverConfig& config, double kept_seconds);

  // A frame, while what is kept still holds it.
  using OnFrame = std::function<void(const radio::Frame&)>;
  void push(const radio::AirPiece& piece, const OnFrame& on_frame);

  // When sample `index` of the stream was at the antenna.
  radio::ClockFit::Estimate time_of(double index) const;
  // The samples around a frame, and the frame counted from the first of them; the window's time is
  // right at the frame's anchor. Nothing when they are not kept (any more). Until the next push.
  struct Surroundings {
    radio::StoredStream samples;
    radio::Frame frame;
    Instant first;
    std::uint64_t time_error_ps = 0;
  };
  std::optional<Surroundings> around(const radio::Frame& frame, double lead_s, double tail_s) const;
  // Mean power of the channel of `bandwidth_hz` around `frequency_hz` over the last `seconds`,
  // dBFS; nothing before so much has come.
  std::optional<double> channel_power_dbfs(double frequency_hz, double bandwidth_hz,
                                           double seconds) const;
  // The newest samples, at most `count`.
  radio::Samples newest(std::size_t count) const;

  std::uint64_t clipped() const { return clipped_; }  // Samples at the end of the range, ever.
  double rate_hz() const { return config_.rate_hz; }
  double centre_hz() const { return config_.centre_hz; }

 private:
  struct Anchor {
    std::int64_t index = 0;
    radio::ClockFit::Estimate time;
    double drift_ppm = 0;
  };
  StreamReceiver(const radio::ReceiverConfig& config, radio::Receiver receiver, std::size_t kept);
  void keep(const radio::AirPiece& piece);
  void copy(std::int64_t first, std::span<radio::Sample> out) const;
  radio::Samples copy(std::int64_t first, std::int64_t end) const;

  radio::ReceiverConfig config_;
  radio::Receiver receiver_;
  std::vector<std::int16_t> ring_;  // Real and imaginary parts in turn.
  std::int64_t kept_;               // Samples that the ring holds.
  std::int64_t end_ = 0;            // Of the stream since the last gap.
  std::deque<Anchor> anchors_;
  std::uint64_t clipped_ = 0;
};

}  // namespace earshot::hotspot
