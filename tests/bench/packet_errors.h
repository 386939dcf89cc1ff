// Packet error rate over SNR: 20 bytes, explicit header, CRC, 500 kS/s with white noise over the
// whole band, +-10 ppm at 868.1 MHz; SNR in 125 kHz.
#pragma once
#include <nlohmann/json.hpp>

#include "radio/css/params.h"

namespace earshot::radio {

// Of one row of the table in docs/RADIO.md; 0: not known. Decibels at a packet error rate of 10 %.
struct SensitivityRow {
  CssParams params;
  double first_snr = 0;  // Of the points, every 0.25 dB.
  int points = 0;
  int packets = 0;
  double peer = 0;   // gr-lora_sdr 862746d, soft decisions, given a filtered stream.
  double ideal = 0;  // Soft decisions without phase, time and frequency known.
};
std::vector<SensitivityRow> sensitivity_rows();

// {sf, cr, packets, points: [{snr_db, per}], snr_db_at_per_10_percent, ..._1_percent, peer_...,
// ...}
nlohmann::json measure_packet_errors(const SensitivityRow& row);

// Packets of SF7 ten decibels above the threshold: {packets, snr_db, lost}.
nlohmann::json measure_floor(int packets);

}  // namespace earshot::radio
