#include "hotspot/witness.h"

#include <algorithm>
#include <cmath>

#include "core/merkle.h"
#include "radio/evidence/beacon.h"

namespace earshot::hotspot {
namespace {

constexpr std::size_t kNoiseSamples = 1 << 20;  // Chosen: 0.1 dB in a few milliseconds of work.

std::int64_t picos_in_round(Instant instant, Round round) {
  return (instant - instant_of_round(round)).count();
}

// One sigma of a power that is estimated over n chips at SNR s, in 0.01 dB:
// 10 / ln 10 * sqrt(2 / (n s)), beside which the calibration's own stands.
std::uint32_t rssi_error_cdb(const radio::Calibration& record, int spreading_factor,
                             std::int32_t snr_cdb) {
  const double chips = 50.0 * radio::chips_per_symbol(spreading_factor);
  const double estimate = 434.3 * std::sqrt(2 / (chips * std::pow(10, snr_cdb / 1000.0)));
  return static_cast<std::uint32_t>(std::ceil(std::hypot(estimate, record.sigma_cdb)));
}

void describe_evidence(WitnessReport& report, const radio::Snippet& snippet) {
  report.evidence_root = merkle_root_of_chunks(snippet.bytes, kEvidenceChunkBytes);
  report.evidence_bytes = snippet.bytes.size();
  report.evidence_format = snippet.format;
  report.evidence_rate_hz = snippet.rate_hz;
  report.evidence_centre_hz = snippet.centre_hz;
  report.evidence_first_ps = picos_in_round(snippet.first, report.round);
  report.full_scale_cdbm = snippet.full_scale_cdbm;
}

// The configured record, or one from the noise around the frame.
Result<radio::Calibration> calibration_for(const Settings& settings,
                                           const radio::StoredWindow& window) {
  if (!settings.noise_figure_db) return settings.calibration;
  radio::Samples samples(std::min(window.samples.size, kNoiseSamples));
  window.samples.copy(0, samples);
  Result<radio::Calibration> found = radio::calibrate_by_thermal_noise(
      samples, window.rate_hz, *settings.noise_figure_db, settings.calibration.sigma_cdb / 100.0);
  if (found) found->gain_settings = settings.calibration.gain_settings;
  return found;
}

}  // namespace

Result<radio::ReceiverConfig> listening_config(const Settings& settings,
                                               const radio::StreamWindow& window) {
  const Region* region = settings.region ? find_region(*settings.region) : nullptr;
  if (region == nullptr) {
    return fail(Errc::configuration, "region: not set; it names the channels to listen to");
  }
  radio::ReceiverConfig config;
  config.rate_hz = window.rate_hz;
  config.centre_hz = window.centre_hz;
  config.radio_frequency_known = true;
  config.sync_word = kBeaconSyncWord;
  config.ldro = radio::LowDataRate::automatic;
  for (const std::uint64_t channel : region->channels_hz) {
    const auto centre = static_cast<double>(channel);
    const double edge = std::abs(centre - window.centre_hz) + kBeaconBandwidthHz / 2.0;
    if (edge <= window.rate_hz / 2) config.channels.push_back({centre, kBeaconBandwidthHz});
  }
  if (config.channels.empty()) {
    return fail(Errc::configuration, "none of the channels of " + std::string(region->name) +
                                         " lies within " + std::to_string(window.rate_hz) +
                                         " samples per second around " +
                                         std::to_string(window.centre_hz) + " Hz");
  }
  config.spreading_factors.clear();
  for (int sf = settings.sortition.min_spreading_factor;
       sf <= settings.sortition.max_spreading_factor; ++sf) {
    config.spreading_factors.push_back(sf);
  }
  return config;
}

Result<std::optional<Witnessed>> witness(const PublicKey& hotspot, const Settings& settings,
                                         const radio::StoredWindow& window,
                                         const radio::Frame& frame) {
  const int sf = frame.params.spreading_factor;
  const auto bandwidth = static_cast<std::uint32_t>(std::lround(frame.params.bandwidth_hz));
  const Result<radio::Calibration> calibration = calibration_for(settings, window);
  if (!calibration) return fail(calibration.error());
  Result<radio::Snippet> snippet = radio::cut_snippet(window, frame, *calibration);
  if (!snippet) return fail(snippet.error());
  const auto measured = radio::remeasure(*snippet, sf, bandwidth);
  if (!measured) return fail(measured.error());
  if (!*measured || (*measured)->tag != radio::beacon_tag(frame)) return std::nullopt;
  const radio::Figures& figures = (*measured)->figures;

  WitnessReport report;
  report.hotspot = hotspot;
  report.round = static_cast<Round>(figures.anchor.seconds / kRoundSeconds);
  report.tag = (*measured)->tag;
  report.receive_ps = picos_in_round(figures.anchor, report.round);
  report.receive_error_ps = figures.anchor_error_ps + settings.clock_error_ps;
  report.frequency_hz = snippet->centre_hz;
  report.spreading_factor = static_cast<std::uint8_t>(sf);
  report.bandwidth_hz = bandwidth;
  report.rssi_cdbm = figures.rssi_cdbm;
  report.rssi_error_cdb = rssi_error_cdb(*calibration, sf, figures.snr_cdb);
  report.snr_cdb = figures.snr_cdb;
  report.carrier_offset_dhz = figures.carrier_offset_dhz;
  report.full_scale_provenance = calibration->provenance;
  report.gain_settings = calibration->gain_settings;
  describe_evidence(report, *snippet);
  return Witnessed{report, *std::move(snippet)};
}

}  // namespace earshot::hotspot
