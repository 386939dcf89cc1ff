// Recordings: SigMF (a .sigmf-meta beside a .sigmf-data; an archive .sigmf; one of a
// .sigmf-collection), I/Q in WAV, SDRangel's .sdriq and raw files.
//
// A recording is a file of samples of one format and rate, cut into captures, each with its own
// first sample, centre frequency and time. Only SigMF has more than one capture. Reading is by
// range: nothing maps or loads a whole file. Errors name the file, the key or offset, what was
// found and what is allowed: Errc::unavailable for a missing or unreadable file or a missing
// sidecar, Errc::bad_data for a wrong form, a truncated file or an unknown format.
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/position.h"
#include "core/time.h"
#include "radio/iq/storage.h"

namespace earshot::radio {

struct Capture {
  std::uint64_t first_sample = 0;
  std::uint64_t sample_count = 0;   // To the next capture or the end of the file.
  std::optional<double> centre_hz;  // core:frequency
  std::optional<Instant> time;      // core:datetime of the first sample
  std::optional<Geodetic> place;    // core:geolocation
  std::uint64_t header_bytes = 0;   // core:header_bytes: in the file before the first sample.
  nlohmann::json extra = nlohmann::json::object();  // Further keys, core:global_index among them.
};

struct Annotation {
  std::uint64_t first_sample = 0;
  std::uint64_t sample_count = 0;
  double low_hz = 0, high_hz = 0;  // Both or neither (0).
  std::string label, comment;
  nlohmann::json extra = nlohmann::json::object();  // Further keys, "earshot:..." among them.
};

enum class Container { sigmf, archive, wav, sdriq, raw };
std::string_view container_name(Container container);  // "sigmf", "archive", ...

// Where a parameter comes from.
enum class Origin { unknown, given, name, metadata, header, auxi_chunk };
struct Origins {
  Origin format = Origin::unknown, rate = Origin::unknown;
  Origin frequency = Origin::unknown, time = Origin::unknown;  // Of the first capture.
};

struct RecordingInfo {
  Container container = Container::raw;
  std::string data_path;                     // The archive's, for a recording in one.
  std::string meta_path;                     // Of SigMF beside its data; empty otherwise.
  SampleFormat format = SampleFormat::cf32;  // As samples are best written again.
  Storage storage = Storage::cf32;           // As they are in the file.
  std::uint64_t data_offset = 0;             // Bytes of the file before the dataset,
  std::uint64_t data_bytes = 0;              // and of the dataset, headers and trailer with it.
  std::uint64_t trailing_bytes = 0;          // At the dataset's end, no samples.
  std::optional<double> rate_hz;
  std::uint64_t sample_count = 0;
  std::vector<Capture> captures;  // At least one, ascending.
  std::vector<Annotation> annotations;
  nlohmann::json global =
      nlohmann::json::object();  // SigMF's global object, or empty for other files.
  Origins origins;
  std::vector<std::string> notes;  // For people: what was found and not used, and why.
};

// What the caller says of a file; wins over what the file or its name says.
struct RawHints {
  std::optional<SampleFormat> format;  // Of raw samples; elsewhere it may only agree.
  std::optional<double> rate_hz;
  std::optional<double> centre_hz;
  std::optional<Instant> time;
  std::string member;  // Which recording of an archive or a collection; empty: the only one.
};

// A path to .sigmf-meta, .sigmf-data or to the stem of both, to a .sigmf, .sigmf-collection, .wav
// or .sdriq, or to a raw file.
Result<RecordingInfo> open_recording(const std::string& path, const RawHints& hints = {});
// The recordings that a .sigmf or a .sigmf-collection holds, as RawHints::member names them;
// nothing for every other file.
Result<std::vector<std::string>> recordings_in(const std::string& path);
// Samples [first, first + count), which must lie in the file.
Result<Samples> read_samples(const RecordingInfo& recording, std::uint64_t first,
                             std::uint64_t count);

// Reads the whole dataset and compares it with core:sha512, where the metadata has one.
// Errc::bad_data when it differs.
Result<void> check_dataset(const RecordingInfo& recording);

// Writes a SigMF recording capture by capture. Nothing is visible under the final names before
// finish(): data and sidecar are written to temporary names, synced and renamed; a writer destroyed
// earlier leaves nothing.
class SigmfWriter {
 public:
  // `stem` without extension. `global` keys are added to core:datatype, core:sample_rate,
  // core:version, core:sha512, core:extensions and earshot:sample_count, which the writer fills in.
  static Result<SigmfWriter> create(const std::string& stem, SampleFormat format, double rate_hz,
                                    const nlohmann::json& global);
  SigmfWriter(SigmfWriter&&) noexcept;
  SigmfWriter& operator=(SigmfWriter&&) noexcept;
  ~SigmfWriter();

  // first_sample and sample_count of `capture` are filled in by the writer.
  // Precondition: whole samples, at least one.
  Result<void> add_capture(const Capture& capture, ByteView encoded_samples);
  // More samples of the capture added last, so that a long one needs no long buffer.
  Result<void> extend_capture(ByteView encoded_samples);
  void annotate(const Annotation& annotation);
  Result<void> finish();

 private:
  struct Impl;
  explicit SigmfWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Writes `bytes` to `path` by temporary name, fsync and rename: whole or not at all.
Result<void> write_file_whole(const std::string& path, ByteView bytes);

}  // namespace earshot::radio
