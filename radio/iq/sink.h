// Recordings out, in every form that we write: SigMF, SigMF archive, WAV, .sdriq, raw samples.
// Whole or not at all: nothing is visible under the final name before finish(), and a sink
// destroyed earlier leaves nothing. Single-threaded.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "radio/iq/recording.h"

namespace earshot::radio {

struct Target {
  Container container = Container::raw;
  SampleFormat format = SampleFormat::cf32;
  std::string path;  // Of SigMF: the stem.
};

// The suffix of `path` says the container: .sigmf-meta or .sigmf-data, .sigmf, .wav, .sdriq, else
// raw. Format: as wanted, else as a raw file's suffix says, else `usual`, as far as the container
// has it (WAV: ci8, ci16, cf32; .sdriq: ci16). Errc::usage for one that it has not, or for a raw
// suffix that names another.
Result<Target> target_of(const std::string& path, std::optional<SampleFormat> wanted,
                         SampleFormat usual);

// What of `recording` such a file cannot hold, a line each; empty for nothing.
std::vector<std::string> lost_in(const Target& target, const RecordingInfo& recording);

class RecordingSink {
 public:
  RecordingSink() = default;
  RecordingSink(const RecordingSink&) = delete;
  RecordingSink& operator=(const RecordingSink&) = delete;
  virtual ~RecordingSink() = default;

  // The next samples. In all they must be as many as the recording has.
  Result<void> write(SampleView samples);
  virtual Result<void> finish() = 0;
  std::uint64_t clipped() const { return clipped_; }  // Samples beyond what the format holds.

 protected:
  explicit RecordingSink(SampleFormat format) : format_(format) {}
  virtual Bytes encode(SampleView samples) const { return encode_samples(format_, samples); }
  virtual Result<void> put(ByteView encoded) = 0;

 private:
  SampleFormat format_ = SampleFormat::cf32;
  std::uint64_t clipped_ = 0;
};

// `recording` describes what will be written: rate, sample_count, captures, annotations, global.
// Errc::usage when the rate is unknown where the container needs it, or when a raw file's name says
// another rate or frequency.
Result<std::unique_ptr<RecordingSink>> open_sink(const Target& target,
                                                 const RecordingInfo& recording);

}  // namespace earshot::radio
