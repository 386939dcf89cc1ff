// Frames that were heard in a recording, as lines for machines and as a table for people.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "radio/css/receiver.h"
#include "radio/iq/recording.h"

namespace earshot::cli {

// A frame and where in the recording it is.
struct HeardFrame {
  radio::Frame frame;
  double start_sample = 0;               // In the whole file.
  std::int64_t time_ns = 0;              // Anchor, from the file's first sample.
  std::optional<Instant> time;           // Anchor, UTC.
  std::optional<double> full_scale_dbm;  // As the recording says.
};

// Captures have their own times: where the first and this one are dated, the difference counts,
// and samples alone where they are not. `preamble` tells where the frame begins before its anchor;
// nothing: as found.
HeardFrame place_frame(const radio::RecordingInfo& recording, const radio::Capture& capture,
                       const radio::Frame& frame, std::optional<int> preamble);

// By (start sample, frequency, spreading factor), as DESIGN section 9 says.
bool comes_before(const HeardFrame& a, const HeardFrame& b);

// The keys of DESIGN section 9, in its order, on one line without its end.
std::string json_line(const HeardFrame& heard);
// "SF7 4/5 ok 20 B": within the 20 letters that SigMF recommends for a label.
std::string frame_label(const HeardFrame& heard);
// One line a frame; empty for none.
std::string frame_table(const std::vector<HeardFrame>& heard);

// Global SigMF key: power in dBm at the antenna port of |x| = 1.
inline constexpr const char* kFullScaleKey = "earshot:full_scale_dbm";

}  // namespace earshot::cli
