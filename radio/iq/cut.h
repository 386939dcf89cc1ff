// A part of a recording, as its metadata tells it. Pure.
#pragma once
#include "radio/iq/recording.h"

namespace earshot::radio {

// The recording whose samples are [first, first + count) of this one: captures and annotations that
// reach into it, counted from its start; a capture that begins earlier is cut, its time and
// core:global_index moved on. data_path and its offsets are left alone: read from `recording`.
// Precondition: count > 0, within the recording.
RecordingInfo cut_out(const RecordingInfo& recording, std::uint64_t first, std::uint64_t count);

}  // namespace earshot::radio
