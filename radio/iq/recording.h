// Recordings: SigMF (a .sigmf-meta beside a .sigmf-data) and raw files.
//
// A recording is a file of samples of one format and rate, cut into captures, each with its own
// first sample, centre frequency and time. A raw file has one capture. Reading is by range: nothing
// maps or loads a whole file. Errors name the file, the key or offset, what was found and what is
// allowed: Errc::unavailable for a missing or unreadable file or a missing sidecar, Errc::bad_data
// for a wrong form, a truncated file or an unknown format.
#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/position.h"
#include "core/time.h"
#include "radio/iq/format.h"

namespace earshot::radio {

struct Capture {
  std::uint64_t first_sample = 0;
  std::uint64_t sample_count = 0;   // To the next capture or the end of the file.
  std::optional<double> centre_hz;  // core:frequency
  std::optional<Instant> time;      // core:datetime of the first sample
  std::optional<Geodetic> place;    // core:geolocation
};

struct Annotation {
  std::uint64_t first_sample = 0;
  std::uint64_t sample_count = 0;
  double low_hz = 0, high_hz = 0;  // Both or neither (0).
  std::string label, comment;
  nlohmann::json extra = nlohmann::json::object();  // Further keys, "earshot:..." among them.
};

struct RecordingInfo {
  std::string data_path;
  SampleFormat format = SampleFormat::cf32;
  std::optional<double> rate_hz;
  std::uint64_t sample_count = 0;
  std::vector<Capture> captures;  // At least one, ascending.
  std::vector<Annotation> annotations;
  nlohmann::json global =
      nlohmann::json::object();  // SigMF's global object, or empty for a raw file.
  std::string inferred;          // For people: which parameter came from where.
};

// What the caller says of a raw file; wins over what its name says (`..._868.3M_1000k.cs8`).
struct RawHints {
  std::optional<SampleFormat> format;
  std::optional<double> rate_hz;
  std::optional<double> centre_hz;
  std::optional<Instant> time;
};

// A path to .sigmf-meta, .sigmf-data or to the stem of both, or to a raw file.
Result<RecordingInfo> open_recording(const std::string& path, const RawHints& hints = {});
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
