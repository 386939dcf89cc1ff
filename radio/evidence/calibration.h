// What a full-scale sample is worth in dBm at the antenna port, and how well that is known.
#pragma once
#include <cstdint>

#include "core/messages.h"
#include "core/result.h"
#include "radio/samples.h"

namespace earshot::radio {

struct Calibration {
  std::int32_t full_scale_cdbm = 0;  // Power at the antenna port of |x| = 1, 0.01 dBm.
  std::int32_t sigma_cdb = 200;      // Its uncertainty, one sigma.
  Provenance provenance = Provenance::nominal;
  std::uint32_t gain_settings = 0;
};

// A signal of `level_dbm` (known to `sigma_db`) measured as `measured_dbfs`.
Calibration calibrate_by_generator(double level_dbm, double sigma_db, double measured_dbfs);

// From noise alone, without instruments: samples taken with the input terminated (or an antenna
// that sees no more than 290 K), and the receiver's noise figure, known to `sigma_db`. Lines in the
// spectrum (DC, spurs, narrow signals) do not disturb. Errc::bad_data for fewer than 8192 samples
// or silence.
Result<Calibration> calibrate_by_thermal_noise(SampleView samples, double rate_hz,
                                               double noise_figure_db, double sigma_db);

}  // namespace earshot::radio
