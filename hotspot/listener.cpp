#include "hotspot/listener.h"

#include "radio/css/params.h"
#include "radio/evidence/beacon.h"

namespace earshot::hotspot {
namespace {

// Beyond the snippet: the receiver's own delay. Chosen: above 24 symbols (it waits so long for a
// twin in another channel) and two of its blocks.
constexpr double kDelaySymbols = 32;
constexpr double kDelaySeconds = 0.3;
constexpr double kMarginSymbols = 1;  // For the decimating filter.
constexpr std::size_t kNoiseSamples = 1U << 17;

double kept_seconds(int spreading_factor) {
  const radio::CssParams params = radio::beacon_params(spreading_factor, kBeaconBandwidthHz);
  const double symbols =
      kEvidenceLeadSymbols + kEvidenceTailSymbols + 2 * kMarginSymbols + kDelaySymbols;
  return radio::frame_seconds(params, kBeaconPayloadSize) +
         symbols * radio::symbol_seconds(params) + kDelaySeconds;
}

}  // namespace

Result<Listener> Listener::create(const PublicKey& hotspot, const Settings& settings,
                                  double rate_hz, double centre_hz) {
  const radio::StreamWindow band = {{}, rate_hz, centre_hz, {}};
  const Result<radio::ReceiverConfig> config = listening_config(settings, band);
  if (!config) return fail(config.error());
  Result<StreamReceiver> stream =
      StreamReceiver::create(*config, kept_seconds(settings.sortition.max_spreading_factor));
  if (!stream) return fail(stream.error());
  return Listener(hotspot, settings, *std::move(stream));
}

Result<Harvest> Listener::push(const radio::AirPiece& piece) {
  Harvest harvest;
  Result<void> outcome;
  stream_.push(piece, [&](const radio::Frame& frame) {
    if (outcome) outcome = take(frame, harvest);
  });
  if (!outcome) return fail(outcome.error());
  return harvest;
}

// Counts one that is not.
bool Listener::is_wanted(const radio::Frame& frame, const Tag& tag, Harvest& harvest) {
  const Instant anchor = stream_.time_of(frame.anchor_sample).utc;
  const auto answer = limit_.ask(static_cast<Round>(anchor.seconds / kRoundSeconds), tag);
  harvest.repeated += answer == RoundLimit::Answer::repeated ? 1 : 0;
  harvest.over_limit += answer == RoundLimit::Answer::over_limit ? 1 : 0;
  return answer == RoundLimit::Answer::measure;
}

Result<void> Listener::take(const radio::Frame& frame, Harvest& harvest) {
  ++harvest.frames;
  const std::optional<Tag> tag = radio::beacon_tag(frame);
  if (!tag) {
    ++harvest.not_beacons;
    return {};
  }
  if (!is_wanted(frame, *tag, harvest)) return {};
  const double symbol = radio::symbol_seconds(frame.params);
  const auto around = stream_.around(frame, (kEvidenceLeadSymbols + kMarginSymbols) * symbol,
                                     (kEvidenceTailSymbols + kMarginSymbols) * symbol);
  if (!around) {
    ++harvest.unconfirmed;
    return {};
  }
  Settings settings = *settings_;
  settings.clock_error_ps += around->time_error_ps;
  const radio::StoredWindow window = {around->samples, stream_.rate_hz(), stream_.centre_hz(),
                                      around->first};
  Result<std::optional<Witnessed>> witnessed = witness(hotspot_, settings, window, around->frame);
  // A frame at a gap's very edge cannot be cut out; other errors are the configuration's.
  if (!witnessed && witnessed.error().code != Errc::bad_data) return fail(witnessed.error());
  if (!witnessed || !*witnessed) {
    ++harvest.unconfirmed;
    return {};
  }
  harvest.beacons.push_back(**std::move(witnessed));
  return {};
}

Result<radio::Calibration> Listener::calibration() const {
  if (!settings_->noise_figure_db) return settings_->calibration;
  return radio::calibrate_by_thermal_noise(stream_.newest(kNoiseSamples), stream_.rate_hz(),
                                           *settings_->noise_figure_db,
                                           settings_->calibration.sigma_cdb / 100.0);
}

}  // namespace earshot::hotspot
