// From an endless stream to witness reports with their evidence: the live counterpart of
// Hotspot::hear. Single-threaded; knows neither the outbox nor the clock.
#pragma once
#include "hotspot/round_limit.h"
#include "hotspot/stream_receiver.h"
#include "hotspot/witness.h"

namespace earshot::hotspot {

// What a piece of the stream brought.
struct Harvest {
  std::size_t frames = 0;       // Everything the receiver found.
  std::size_t not_beacons = 0;  // Another payload, or a CRC that fails.
  std::size_t repeated = 0;     // Tags of this round that were measured before.
  std::size_t over_limit = 0;   // Beyond kReportsPerRound; not measured.
  std::size_t unconfirmed = 0;  // Beacons that could not be measured again from their snippet.
  std::vector<Witnessed> beacons;
};

class Listener {
 public:
  // The region's channels within the band, the policy's spreading factors. `settings` is borrowed.
  // Errc::configuration when no channel is in the band.
  static Result<Listener> create(const PublicKey& hotspot, const Settings& settings, double rate_hz,
                                 double centre_hz);

  Result<Harvest> push(const radio::AirPiece& piece);
  // The receiver's calibration now: as configured, or from the newest samples' noise.
  Result<radio::Calibration> calibration() const;
  const StreamReceiver& stream() const { return stream_; }

 private:
  Listener(const PublicKey& hotspot, const Settings& settings, StreamReceiver stream)
      : hotspot_(hotspot), settings_(&settings), stream_(std::move(stream)) {}
  Result<void> take(const radio::Frame& frame, Harvest& harvest);
  bool is_wanted(const radio::Frame& frame, const Tag& tag, Harvest& harvest);

  PublicKey hotspot_;
  const Settings* settings_;
  StreamReceiver stream_;
  RoundLimit limit_;
};

}  // namespace earshot::hotspot
