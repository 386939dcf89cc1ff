// The parts of open_recording: one function for each kind of file. Not for others.
#pragma once
#include "radio/iq/recording.h"

namespace earshot::radio {

bool file_exists(const std::string& path);

// True when `path` names a SigMF recording: its metadata, its data or the stem of both.
bool is_sigmf(const std::string& path);
Result<RecordingInfo> open_sigmf(const std::string& path, const RawHints& hints);
Result<RecordingInfo> open_archive(const std::string& path, const RawHints& hints);
Result<RecordingInfo> open_collection(const std::string& path, const RawHints& hints);

Result<RecordingInfo> open_wav(const std::string& path);
Result<RecordingInfo> open_sdriq(const std::string& path);
Result<RecordingInfo> open_raw(const std::string& path, const RawHints& hints);

// What the caller says wins. Errc::usage when it contradicts a format that the file itself says.
Result<void> apply_hints(const RawHints& hints, const std::string& path, RecordingInfo& recording);

}  // namespace earshot::radio
