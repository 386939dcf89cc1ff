// From a frame in a window of samples to a witness report and the evidence it commits to.
#pragma once
#include <optional>

#include "hotspot/settings.h"
#include "radio/evidence/snippet.h"

namespace earshot::hotspot {

struct Witnessed {
  WitnessReport report;
  radio::Snippet snippet;  // What report.evidence_root is the root of.
};

// The receiver's configuration for listening to `window`: the region's channels that lie in its
// band, beacons only. Errc::configuration when the region is unknown or none of its channels does.
Result<radio::ReceiverConfig> listening_config(const Settings& settings,
                                               const radio::StreamWindow& window);

// Cuts the snippet and measures the beacon in it again: every signed figure comes from the
// committed bytes. Nothing when the snippet does not give the frame's tag again. Pure.
Result<std::optional<Witnessed>> witness(const PublicKey& hotspot, const Settings& settings,
                                         const radio::StoredWindow& window,
                                         const radio::Frame& frame);

}  // namespace earshot::hotspot
