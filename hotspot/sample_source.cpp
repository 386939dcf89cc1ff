#include "hotspot/sample_source.h"

#include <algorithm>
#include <cmath>

namespace earshot::hotspot {
namespace {

constexpr std::uint64_t kPieceSamples = 4U << 20;  // Chosen: 32 MiB as complex floats.

Result<void> check_capture(const radio::RecordingInfo& recording, std::size_t index) {
  const radio::Capture& capture = recording.captures[index];
  const std::string name = recording.data_path + ": capture " + std::to_string(index);
  if (!capture.time) {
    return fail(Errc::bad_data, name + " has no time (core:datetime); a witness needs it");
  }
  if (!capture.centre_hz) return fail(Errc::bad_data, name + " has no core:frequency");
  return {};
}

Instant time_of(const radio::Capture& capture, std::uint64_t offset, double rate_hz) {
  const double seconds = std::floor(static_cast<double>(offset) / rate_hz);
  const double rest = static_cast<double>(offset) - seconds * rate_hz;
  Instant time = *capture.time + Picoseconds(std::llround(rest / rate_hz * kPicosPerSecond));
  time.seconds += static_cast<std::int64_t>(seconds);
  return time;
}

}  // namespace

Result<RecordingSource> RecordingSource::open(const std::string& path, double overlap_seconds) {
  Result<radio::RecordingInfo> recording = radio::open_recording(path);
  if (!recording) return fail(recording.error());
  if (!recording->rate_hz) return fail(Errc::bad_data, path + ": has no sample rate");
  for (std::size_t i = 0; i < recording->captures.size(); ++i) {
    if (Result<void> usable = check_capture(*recording, i); !usable) return fail(usable.error());
  }
  const auto overlap = static_cast<std::uint64_t>(std::ceil(overlap_seconds * *recording->rate_hz));
  const std::uint64_t piece = std::max(kPieceSamples, 4 * overlap);
  return RecordingSource(*std::move(recording), piece, overlap);
}

Result<std::optional<SourceWindow>> RecordingSource::next() {
  if (capture_ == recording_.captures.size()) return std::nullopt;
  const radio::Capture& capture = recording_.captures[capture_];
  const std::uint64_t left = capture.sample_count - offset_;
  const std::uint64_t count = std::min(left, piece_);
  Result<radio::Samples> samples =
      radio::read_samples(recording_, capture.first_sample + offset_, count);
  if (!samples) return fail(samples.error());
  SourceWindow window;
  window.samples = *std::move(samples);
  window.rate_hz = *recording_.rate_hz;
  window.centre_hz = *capture.centre_hz;
  window.first = time_of(capture, offset_, window.rate_hz);
  window.more_follows = count < left;
  if (window.more_follows) {
    offset_ += count - overlap_;
  } else {
    ++capture_;
    offset_ = 0;
  }
  return window;
}

}  // namespace earshot::hotspot
