#include "radio/evidence/snippet.h"

#include <algorithm>
#include <cmath>

#include "radio/evidence/decimator.h"
#include "radio/iq/format.h"

namespace earshot::radio {
namespace {

// What the largest sample may be in `format` without clipping; 0: the format needs no scaling.
double largest_sample(SampleFormat format) {
  switch (format) {
    case SampleFormat::ci8:
      return 127.0 / 128;
    case SampleFormat::ci16:
      return 32767.0 / 32768;
    case SampleFormat::cu8:
      return 1;
    case SampleFormat::cf32:
      return 0;
  }
  return 0;
}

// Gain in 0.01 dB, rounded down: a whole number, so that full scale states it exactly.
std::int32_t range_gain_cdb(const Samples& samples, SampleFormat format) {
  float peak = 0;
  for (const Sample& x : samples) peak = std::max({peak, std::abs(x.real()), std::abs(x.imag())});
  const double largest = largest_sample(format);
  if (peak == 0 || largest == 0) return 0;
  return static_cast<std::int32_t>(std::floor(2000 * std::log10(largest / peak)));
}

Instant instant_of_sample(const StoredWindow& window, std::uint64_t rate_hz, std::uint64_t index) {
  const std::uint64_t seconds = index / rate_hz;
  const double rest = static_cast<double>(index % rate_hz) / static_cast<double>(rate_hz);
  Instant instant = window.first + Picoseconds(std::llround(rest * kPicosPerSecond));
  instant.seconds += static_cast<std::int64_t>(seconds);
  return instant;
}

}  // namespace

Result<Snippet> cut_snippet(const StoredWindow& window, const Frame& frame,
                            const Calibration& calibration, SampleFormat format) {
  const double end = frame.start_sample + frame.sample_count;
  const auto size = static_cast<double>(window.samples.size);
  if (!(frame.start_sample >= 0 && end <= size)) {
    return fail(Errc::bad_data, "the frame covers samples " + std::to_string(frame.start_sample) +
                                    " to " + std::to_string(end) + ", the window holds 0 to " +
                                    std::to_string(size));
  }
  const auto rate = static_cast<std::uint64_t>(std::llround(window.rate_hz));
  const double symbol = symbol_seconds(frame.params) * window.rate_hz;
  const auto first = static_cast<std::uint64_t>(
      std::max(0.0, std::floor(frame.start_sample - kEvidenceLeadSymbols * symbol)));
  const auto last =
      static_cast<std::uint64_t>(std::min(size, std::ceil(end + kEvidenceTailSymbols * symbol)));

  Snippet snippet;
  snippet.format = format;
  snippet.rate_hz =
      static_cast<std::uint32_t>(std::lround(kEvidenceOversampling * frame.params.bandwidth_hz));
  snippet.centre_hz = static_cast<std::uint64_t>(std::llround(frame.frequency_hz));
  snippet.first = instant_of_sample(window, rate, first);
  const Decimation how = {rate, snippet.rate_hz, frame.frequency_hz - window.centre_hz};
  Result<Samples> channel = decimate(how, window.samples, first, last);
  if (!channel) return fail(channel.error());

  const std::int32_t gain_cdb = range_gain_cdb(*channel, format);
  const auto gain = static_cast<float>(std::pow(10, gain_cdb / 2000.0));
  for (Sample& x : *channel) x *= gain;
  snippet.full_scale_cdbm = calibration.full_scale_cdbm - gain_cdb;
  snippet.bytes = encode_samples(format, *channel);
  return snippet;
}

Snippet snippet_of(const WitnessReport& report, Bytes bytes) {
  Snippet snippet;
  snippet.format = report.evidence_format;
  snippet.rate_hz = report.evidence_rate_hz;
  snippet.centre_hz = report.evidence_centre_hz;
  snippet.first = instant_of_round(report.round) + Picoseconds(report.evidence_first_ps);
  snippet.full_scale_cdbm = report.full_scale_cdbm;
  snippet.bytes = std::move(bytes);
  return snippet;
}

}  // namespace earshot::radio
