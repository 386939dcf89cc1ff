#include "radio/iq/cut.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "radio/iq/sigmf_meta.h"

namespace earshot::radio {
namespace {

constexpr const char* kGlobalIndex = "core:global_index";

// In two steps: whole seconds, and what is left of them, which a Picoseconds holds exactly enough.
Instant later(Instant time, std::uint64_t samples, double rate_hz) {
  const double seconds = static_cast<double>(samples) / rate_hz;
  const double whole = std::floor(seconds);
  const double rest = std::fma(-whole, rate_hz, static_cast<double>(samples)) / rate_hz;
  time.seconds += static_cast<std::int64_t>(whole);
  return time + Picoseconds(std::llround(rest * 1e12));
}

void begin_later(Capture& capture, std::uint64_t samples, std::optional<double> rate_hz) {
  capture.first_sample += samples;
  capture.sample_count -= samples;
  if (capture.time && rate_hz) {
    capture.time = later(*capture.time, samples, *rate_hz);
  } else {
    capture.time.reset();  // Without a rate nobody can say.
  }
  const auto index = capture.extra.find(kGlobalIndex);
  if (index != capture.extra.end() && index->is_number_integer()) {
    *index = index->get<std::uint64_t>() + samples;
  }
}

}  // namespace

RecordingInfo cut_out(const RecordingInfo& recording, std::uint64_t first, std::uint64_t count) {
  assert(count > 0 && first + count <= recording.sample_count);
  const std::uint64_t end = first + count;
  RecordingInfo out = recording;
  out.sample_count = count;
  out.captures.clear();
  out.annotations.clear();
  out.global = portable_global(recording.global);
  for (Capture capture : recording.captures) {
    const std::uint64_t capture_end = capture.first_sample + capture.sample_count;
    if (capture_end <= first || capture.first_sample >= end) continue;
    if (capture.first_sample < first) {
      begin_later(capture, first - capture.first_sample, recording.rate_hz);
    }
    capture.sample_count = std::min(capture_end, end) - capture.first_sample;
    capture.first_sample -= first;
    out.captures.push_back(std::move(capture));
  }
  for (Annotation annotation : recording.annotations) {
    // No count: a mark at one sample, or to the capture's end; it goes with its first sample.
    const std::uint64_t last =
        annotation.first_sample + std::max<std::uint64_t>(annotation.sample_count, 1);
    if (last <= first || annotation.first_sample >= end) continue;
    const std::uint64_t begin = std::max(annotation.first_sample, first);
    if (annotation.sample_count > 0) annotation.sample_count = std::min(last, end) - begin;
    annotation.first_sample = begin - first;
    out.annotations.push_back(std::move(annotation));
  }
  return out;
}

}  // namespace earshot::radio
