// Frames out of a recording, for every command that needs them.
#pragma once
#include <vector>

#include "cli/decode_options.h"
#include "cli/frame_output.h"

namespace earshot::cli {

// All frames, sorted as DESIGN section 9 says. Each capture is a stream of its own: what lies
// between two captures nobody heard. Shows progress. Errc::usage when the rate is unknown.
Result<std::vector<HeardFrame>> hear_frames(const radio::RecordingInfo& recording,
                                            const DecodeOptions& options, const Context& context);

}  // namespace earshot::cli
