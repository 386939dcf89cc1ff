// The least error that any unbiased estimator of a frame's carrier offset and arrival time can
// have.
//
// Joint bound for phase, amplitude, carrier offset, delay and, where it is free, clock offset: the
// inverse of the Fisher matrix 2/sigma^2 Re(D^H D), D the derivatives of the noiseless samples by
// those parameters. The delay is the anchor's (end of the down-chirps).
#pragma once
#include <cstdint>
#include <span>

#include "radio/css/params.h"

namespace earshot::radio {

struct FrameBound {
  double carrier_hz = 0;  // Standard deviations.
  double arrival_seconds = 0;
};

// radio_hz > 0: the clock offset is carrier / radio_hz; 0: it is a parameter of its own.
FrameBound cramer_rao_bound(const CssParams& params, std::span<const std::uint8_t> payload,
                            double rate_hz, double snr_db, double radio_hz);

}  // namespace earshot::radio
