#include "radio/css/waveform.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "radio/css/chirp.h"
#include "radio/css/codec.h"
#include "radio/css/rotation.h"

namespace earshot::radio {

namespace {

// The quarter down-chirp ends 3N/32 turns after it began; payload symbols continue from there.
double turns_before(const Chirp& chirp, const CssParams& params) {
  const double chips = chips_per_symbol(params.spreading_factor);
  const double anchor = (params.preamble_symbols + 4.25) * chips;
  return chirp.start_chips + chips / 8 > anchor ? 3 * chips / 32 : 0;
}

}  // namespace

Result<CssWaveform> CssWaveform::create(const CssParams& params,
                                        std::span<const std::uint8_t> payload) {
  if (Result<void> valid = validate(params); !valid) return fail(valid.error());
  if (payload.empty() || payload.size() > 255) {
    return fail(Errc::usage,
                "payload has " + std::to_string(payload.size()) + " bytes, allowed is 1..255");
  }
  CssWaveform waveform;
  waveform.params_ = params;
  waveform.symbols_ = encode_symbols(params, payload);
  waveform.chirps_ = frame_chirps(params, waveform.symbols_);
  return waveform;
}

double CssWaveform::duration_seconds() const {
  return anchor_seconds(params_) + static_cast<double>(symbols_.size()) * symbol_seconds(params_);
}

double CssWaveform::phase_turns(double seconds) const {
  const double chips = seconds * params_.bandwidth_hz;
  const auto after =
      std::upper_bound(chirps_.begin(), chirps_.end(), chips,
                       [](double x, const Chirp& chirp) { return x < chirp.start_chips; });
  const Chirp& chirp = after == chirps_.begin() ? *after : *std::prev(after);
  const auto parts = sweeps(chirp, params_.spreading_factor);
  const double x = chips - chirp.start_chips;
  const Sweep& sweep = x < parts[1].first_chips ? parts[0] : parts[1];
  return turns_before(chirp, params_) + sweep.phase_at(x);
}

void CssWaveform::add_to(std::span<Sample> out, double first_seconds, double step_seconds,
                         double amplitude, double carrier_turns_per_sample,
                         double phase0_turns) const {
  const double step = step_seconds * params_.bandwidth_hz;  // Chips per sample.
  const double first = first_seconds * params_.bandwidth_hz;
  const auto size = static_cast<double>(out.size());
  // First sample at or after `chips`, within [0, size].
  const auto sample_at = [first, step, size](double chips) {
    return static_cast<std::size_t>(std::clamp(std::ceil((chips - first) / step), 0.0, size));
  };
  for (const Chirp& chirp : chirps_) {
    for (const Sweep& sweep : sweeps(chirp, params_.spreading_factor)) {
      const std::size_t begin = sample_at(chirp.start_chips + sweep.first_chips);
      const std::size_t end = sample_at(chirp.start_chips + sweep.last_chips);
      if (begin >= end) continue;
      const auto k = static_cast<double>(begin);
      const double x = first + k * step - chirp.start_chips - sweep.first_chips;
      const QuadraticPhase phase = {
          sweep.phase_at(x + sweep.first_chips) + carrier_turns_per_sample * k + phase0_turns,
          (sweep.frequency + sweep.slope * x) * step + carrier_turns_per_sample,
          sweep.slope * step * step};
      add_rotation(phase, amplitude, out.subspan(begin, end - begin));
    }
  }
}

Result<Samples> modulate(const CssParams& params, std::span<const std::uint8_t> payload,
                         double rate_hz) {
  Result<CssWaveform> waveform = CssWaveform::create(params, payload);
  if (!waveform) return fail(waveform.error());
  if (!std::isfinite(rate_hz) || rate_hz < params.bandwidth_hz) {
    return fail(Errc::usage, "rate_hz is " + std::to_string(rate_hz) +
                                 ", allowed is the bandwidth (" +
                                 std::to_string(params.bandwidth_hz) + ") or more");
  }
  const double count = std::ceil(waveform->duration_seconds() * rate_hz - 1e-6);
  Samples samples(static_cast<std::size_t>(count));
  waveform->add_to(samples, 0, 1 / rate_hz, 1, 0, 0);
  return samples;
}

}  // namespace earshot::radio
