// SigMF's metadata (specification 1.2.6, https://sigmf.org) as text, to and from RecordingInfo.
// Pure: no file is touched.
#pragma once
#include <string_view>

#include "radio/iq/recording.h"

namespace earshot::radio {

// `where` names the text in errors. data_path is empty, or the plain file name that core:dataset
// gives; sample_count and the captures' counts are 0 until fit_to_data. Sample indices count from
// the dataset's first sample, whatever core:offset says. Only little-endian or 8-bit complex
// samples of one channel are read: anything else is Errc::bad_data and says what was found and what
// is allowed.
Result<RecordingInfo> parse_sigmf_meta(std::string_view text, const std::string& where);

// Gives the captures their counts. Errc::bad_data when a capture, an annotation or the count that
// the metadata claims does not fit `sample_count` samples.
Result<void> fit_to_data(RecordingInfo& recording, std::uint64_t sample_count,
                         const std::string& where);

// By first sample, as the specification wants them.
void sort_annotations(RecordingInfo& recording);

// The text of the sidecar, ready to be written: global as it stands, captures, annotations.
std::string format_sigmf_meta(const RecordingInfo& recording);

// As format_sigmf_meta, of a recording that is complete: fills in core:datatype, core:sample_rate,
// core:version, core:sha512 (`sha512`), earshot:sample_count and the declaration of our namespace,
// and sorts the annotations. Precondition: the rate is known.
std::string finished_sigmf_meta(RecordingInfo& recording, const std::string& sha512);
// Declares our namespace in core:extensions; what is declared there stays.
void declare_namespace(nlohmann::json& global);

// "ci16_le" and its like; Errc::bad_data for what we do not read.
Result<Storage> parse_datatype(const std::string& datatype);
std::string datatype_of(SampleFormat format);

// Samples of a dataset of `bytes`, without the captures' headers and the trailer. Errc::bad_data
// when they do not come out even.
Result<std::uint64_t> count_samples(const RecordingInfo& recording, std::uint64_t bytes);

// The global object of a plain copy: without the keys that belong to one file's form
// (core:dataset, core:trailing_bytes, core:offset, core:metadata_only, core:sha512).
nlohmann::json portable_global(const nlohmann::json& global);

// Chosen: an annotation takes some 300 bytes, so this is 200 000 of them.
inline constexpr std::uint64_t kMaxMetaBytes = 64 << 20;

// Ours: samples in the dataset, so that a truncated file is found without reading it.
inline constexpr const char* kSampleCountKey = "earshot:sample_count";

}  // namespace earshot::radio
