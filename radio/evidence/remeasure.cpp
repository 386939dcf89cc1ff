#include <algorithm>
#include <cmath>
#include <cstdint>

#include "radio/css/measure.h"
#include "radio/evidence/beacon.h"
#include "radio/evidence/demodulate.h"
#include "radio/evidence/snippet.h"
#include "radio/iq/format.h"

namespace earshot::radio {
namespace {

// Others send us snippets: nothing outside these bounds is worth a receiver's time.
Result<void> check_form(const Snippet& snippet, int spreading_factor, std::uint32_t bandwidth_hz) {
  const bool bandwidth_ok =
      bandwidth_hz == 125'000 || bandwidth_hz == 250'000 || bandwidth_hz == 500'000;
  if (spreading_factor < 7 || spreading_factor > 12 || !bandwidth_ok) {
    return fail(Errc::bad_data, "no beacon has spreading factor " +
                                    std::to_string(spreading_factor) + " and bandwidth " +
                                    std::to_string(bandwidth_hz) + " Hz");
  }
  if (snippet.rate_hz != kEvidenceOversampling * bandwidth_hz) {
    return fail(Errc::bad_data,
                "evidence has " + std::to_string(snippet.rate_hz) + " samples per second, " +
                    std::to_string(kEvidenceOversampling * bandwidth_hz) + " are expected");
  }
  const std::size_t sample_bytes = bytes_per_sample(snippet.format);
  const CssParams params = beacon_params(spreading_factor, bandwidth_hz);
  // One symbol more than lead, frame and tail: the cut goes to whole samples.
  const double longest = frame_seconds(params, kBeaconPayloadSize) +
                         (kEvidenceLeadSymbols + kEvidenceTailSymbols + 1) * symbol_seconds(params);
  const auto most = static_cast<std::size_t>(longest * snippet.rate_hz) * sample_bytes;
  if (snippet.bytes.size() % sample_bytes != 0 || snippet.bytes.size() > most) {
    return fail(Errc::bad_data, "evidence has " + std::to_string(snippet.bytes.size()) +
                                    " bytes; whole samples and at most " + std::to_string(most) +
                                    " are allowed");
  }
  return {};
}

// Only cf32 can be otherwise; false for what is no number.
bool within_full_scale(const Sample& x) {
  return std::abs(x.real()) <= 1 && std::abs(x.imag()) <= 1;
}

// The one place where measured quantities become the integers that are signed.
Figures rounded(const Measurement& measured, const Snippet& snippet) {
  const double picos_per_sample = static_cast<double>(kPicosPerSecond) / snippet.rate_hz;
  Figures figures;
  figures.anchor =
      snippet.first + Picoseconds(std::llround(measured.anchor_sample * picos_per_sample));
  figures.anchor_error_ps =
      static_cast<std::uint64_t>(std::ceil(3 * measured.anchor_sigma_samples * picos_per_sample));
  // Full scale is whatever a stranger claims: the sum may not fit.
  const std::int64_t rssi_cdbm = snippet.full_scale_cdbm + std::llround(100 * measured.rssi_dbfs);
  figures.rssi_cdbm =
      static_cast<std::int32_t>(std::clamp<std::int64_t>(rssi_cdbm, INT32_MIN, INT32_MAX));
  figures.snr_cdb = static_cast<std::int32_t>(std::lround(100 * measured.snr_db));
  figures.carrier_offset_dhz =
      static_cast<std::int32_t>(std::lround(10 * measured.carrier_offset_hz));
  return figures;
}

ReceiverConfig receiver_config(const Snippet& snippet, int spreading_factor,
                               std::uint32_t bandwidth_hz) {
  ReceiverConfig config;
  config.rate_hz = snippet.rate_hz;
  config.centre_hz = static_cast<double>(snippet.centre_hz);
  config.radio_frequency_known = true;
  config.channels = {{config.centre_hz, static_cast<double>(bandwidth_hz)}};
  config.spreading_factors = {spreading_factor};
  config.sync_word = kBeaconSyncWord;
  return config;
}

}  // namespace

Result<std::optional<Demodulated>> demodulate(const Snippet& snippet, int spreading_factor,
                                              std::uint32_t bandwidth_hz) {
  if (Result<void> form = check_form(snippet, spreading_factor, bandwidth_hz); !form) {
    return fail(form.error());
  }
  Samples samples = decode_samples(snippet.format, snippet.bytes);
  if (!std::ranges::all_of(samples, within_full_scale)) {
    return fail(Errc::bad_data, "evidence holds samples beyond full scale");
  }
  const auto frames = receive(receiver_config(snippet, spreading_factor, bandwidth_hz), samples);
  if (!frames) return fail(frames.error());
  for (const Frame& frame : *frames) {
    const std::optional<Tag> tag = beacon_tag(frame);
    if (!tag) continue;
    const MeasureConfig how = {static_cast<double>(snippet.rate_hz), 0,
                               static_cast<double>(snippet.centre_hz)};
    const Result<Measurement> measured =
        measure(how, beacon_params(spreading_factor, bandwidth_hz), frame.payload, samples,
                frame.start_sample, frame.carrier_offset_hz);
    // A frame that is not wholly in the snippet is no evidence of itself.
    if (measured) return Demodulated{*tag, frame.payload, *measured, std::move(samples)};
  }
  return std::nullopt;
}

Result<std::optional<Remeasured>> remeasure(const Snippet& snippet, int spreading_factor,
                                            std::uint32_t bandwidth_hz) {
  const Result<std::optional<Demodulated>> found =
      demodulate(snippet, spreading_factor, bandwidth_hz);
  if (!found) return fail(found.error());
  if (!*found) return std::nullopt;
  return Remeasured{(*found)->tag, rounded((*found)->measured, snippet)};
}

}  // namespace earshot::radio
