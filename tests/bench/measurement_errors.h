// How far what the receiver says of a frame is from the truth: RSSI, SNR, carrier offset and
// arrival time, the latter two beside the joint Cramer-Rao bound.
#pragma once
#include <nlohmann/json.hpp>

#include "radio/css/params.h"

namespace earshot::radio {

// Bias and sigma in dB; carrier_rms_hz and arrival_rms_ns with their bounds and the ratios. `tied`:
// the radio frequency is known and the clock offset follows from the carrier's.
nlohmann::json measure_errors(const CssParams& params, double snr_db, int packets, bool tied);

}  // namespace earshot::radio
