// What a witness measures of a frame whose content is known: power, SNR, carrier offset and arrival
// time, with the frame's own waveform as the reference.
#pragma once
#include <span>

#include "radio/css/params.h"
#include "radio/samples.h"

namespace earshot::radio {

struct MeasureConfig {
  double rate_hz = 0;            // At least twice the bandwidth.
  double channel_offset_hz = 0;  // Channel's centre minus the stream's centre.
  double channel_hz =
      0;  // Radio frequency of the channel; 0: unknown (clock offset estimated as 0).
};

struct Measurement {
  double anchor_sample = 0;         // Fractional sample index of the anchor.
  double anchor_sigma_samples = 0;  // 1 sigma of the estimate from its own SNR.
  double rssi_dbfs = 0;             // Signal without noise.
  double snr_db = 0;                // In the signal bandwidth.
  double carrier_offset_hz = 0;
};

// `expected_start` is the frame's first sample to within +-2 symbols, `expected_carrier_hz` the
// offset from the channel's centre to within +-2 bins (bandwidth / 2^SF); a Frame of the receiver
// gives both. Errc::bad_data when the frame does not lie wholly in `samples`.
Result<Measurement> measure(const MeasureConfig& config, const CssParams& params,
                            std::span<const std::uint8_t> payload, SampleView samples,
                            double expected_start, double expected_carrier_hz);

}  // namespace earshot::radio
