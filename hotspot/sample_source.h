// Where samples come from: windows of a stream, each with its own time. A device is one kind, a
// recording another.
#pragma once
#include <optional>
#include <string>

#include "radio/evidence/snippet.h"
#include "radio/iq/recording.h"

namespace earshot::hotspot {

struct SourceWindow {
  radio::Samples samples;
  double rate_hz = 0;
  double centre_hz = 0;
  Instant first;
  bool more_follows = false;  // The next window overlaps this one's end (Hotspot::hear).

  radio::StreamWindow view() const { return {samples, rate_hz, centre_hz, first}; }
};

class SampleSource {
 public:
  virtual ~SampleSource() = default;
  // The next window; nothing at the end.
  virtual Result<std::optional<SourceWindow>> next() = 0;
};

// The captures of a SigMF recording, in order. A long one comes in pieces that overlap by
// `overlap_seconds`, so that memory stays bounded.
class RecordingSource final : public SampleSource {
 public:
  // Errc::bad_data names the capture that has no time or no frequency.
  static Result<RecordingSource> open(const std::string& path, double overlap_seconds);
  Result<std::optional<SourceWindow>> next() override;

 private:
  RecordingSource(radio::RecordingInfo recording, std::uint64_t piece, std::uint64_t overlap)
      : recording_(std::move(recording)), piece_(piece), overlap_(overlap) {}

  radio::RecordingInfo recording_;
  std::uint64_t piece_;    // Samples at once.
  std::uint64_t overlap_;  // Less than piece_.
  std::size_t capture_ = 0;
  std::uint64_t offset_ = 0;  // In the capture.
};

}  // namespace earshot::hotspot
