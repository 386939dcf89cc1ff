// The air of an epoch, rendered: what one receiver's antenna gets, written as a SigMF recording.
#pragma once
#include <functional>
#include <string>

#include "simulator/transmissions.h"

namespace earshot::simulator {

// One recording, `directory`/<name>.sigmf-{meta,data}: a capture for each window, namespace
// `earshot` in its global object (hotspot, key, owner, antenna gain, calibration). Nothing stays
// when it fails. `on_window` is called after each window, on the caller's thread. Different
// receivers may be rendered in different threads.
Result<void> render_recording(const World& world, std::size_t receiver,
                              const std::vector<Transmission>& transmissions,
                              const std::string& directory, const std::function<void()>& on_window);

}  // namespace earshot::simulator
