// Recordings of a simulated epoch: what their metadata says, and reading them back with everything
// checked that the scenario also says.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "radio/iq/recording.h"
#include "simulator/world.h"

namespace earshot::simulator {

std::string recording_stem(const World& world, std::size_t receiver, const std::string& directory);
// Keys of the global object's namespace `earshot`: who recorded, and how samples map to power.
nlohmann::json recording_global(const World& world, std::size_t receiver);

struct ReceiverRecording {
  radio::RecordingInfo info;
  Ecef place;  // Where the metadata says it was made.
};

// Hotspot, key, owner, gain, format, rate, centre, place and times must be the scenario's:
// Errc::bad_data names file and key. Errc::unavailable for a missing one.
Result<ReceiverRecording> open_receiver_recording(const World& world, std::size_t receiver,
                                                  const std::string& directory);

// The captures that begin in `round`, in order: indices into info.captures.
std::vector<std::size_t> captures_in(const radio::RecordingInfo& info, Round round);

}  // namespace earshot::simulator
