#include "radio/iq/sink.h"

#include <cassert>
#include <cmath>

#include "radio/iq/archive.h"
#include "radio/iq/dataset_hash.h"
#include "radio/iq/file.h"
#include "radio/iq/raw_name.h"
#include "radio/iq/sdriq.h"
#include "radio/iq/sigmf_meta.h"
#include "radio/iq/wav.h"

namespace earshot::radio {
namespace {

constexpr std::string_view kMetaSuffix = ".sigmf-meta";
constexpr std::string_view kDataSuffix = ".sigmf-data";

// Raw samples, and after a header WAV and .sdriq.
class PlainSink final : public RecordingSink {
 public:
  PlainSink(NewFile file, SampleFormat format, bool offset8, bool pad)
      : RecordingSink(format), file_(std::move(file)), offset8_(offset8), pad_(pad) {}

  Result<void> finish() override {
    if (pad_) {
      if (Result<void> padded = file_.write(Bytes(1)); !padded) return padded;
    }
    return file_.commit();
  }

 private:
  Bytes encode(SampleView samples) const override {
    return offset8_ ? encode_offset8(samples) : RecordingSink::encode(samples);
  }
  Result<void> put(ByteView encoded) override { return file_.write(encoded); }

  NewFile file_;
  bool offset8_;
  bool pad_;  // WAV's chunks have an even number of bytes.
};

// The captures as SigMF's plain datasets have them.
RecordingInfo plain(const RecordingInfo& recording, SampleFormat format) {
  RecordingInfo out = recording;
  out.format = format;
  out.global = portable_global(recording.global);
  for (Capture& capture : out.captures) capture.header_bytes = 0;
  return out;
}

class SigmfSink final : public RecordingSink {
 public:
  SigmfSink(SigmfWriter writer, RecordingInfo recording)
      : RecordingSink(recording.format),
        writer_(std::move(writer)),
        recording_(std::move(recording)) {}

  Result<void> finish() override {
    for (const Annotation& annotation : recording_.annotations) writer_.annotate(annotation);
    return writer_.finish();
  }

 private:
  Result<void> put(ByteView encoded) override {
    const std::size_t size = bytes_per_sample(recording_.format);
    while (!encoded.empty()) {
      const bool begins =
          next_ < recording_.captures.size() && recording_.captures[next_].first_sample == written_;
      const std::size_t index = begins ? next_ + 1 : next_;
      std::uint64_t count = encoded.size() / size;
      if (index < recording_.captures.size()) {
        count = std::min(count, recording_.captures[index].first_sample - written_);
      }
      const ByteView part = encoded.first(count * size);
      const Result<void> put = begins ? writer_.add_capture(recording_.captures[next_], part)
                                      : writer_.extend_capture(part);
      if (!put) return put;
      next_ = index;
      written_ += count;
      encoded = encoded.subspan(part.size());
    }
    return {};
  }

  SigmfWriter writer_;
  RecordingInfo recording_;
  std::size_t next_ = 0;  // The capture that begins next.
  std::uint64_t written_ = 0;
};

class ArchiveSink final : public RecordingSink {
 public:
  ArchiveSink(ArchiveWriter writer, RecordingInfo recording, std::string stem)
      : RecordingSink(recording.format),
        writer_(std::move(writer)),
        recording_(std::move(recording)),
        stem_(std::move(stem)) {}

  // The metadata after the data, whose hash it holds.
  Result<void> finish() override {
    const std::string text = finished_sigmf_meta(recording_, hash_.hex());
    Result<void> step = writer_.begin(stem_ + std::string(kMetaSuffix), text.size());
    if (step) step = writer_.write(as_bytes(text));
    if (step) step = writer_.finish();
    return step;
  }

 private:
  Result<void> put(ByteView encoded) override {
    hash_.add(encoded);
    return writer_.write(encoded);
  }

  ArchiveWriter writer_;
  RecordingInfo recording_;
  std::string stem_;
  DatasetHash hash_;
};

Result<std::unique_ptr<RecordingSink>> open_archive_sink(const Target& target,
                                                         const RecordingInfo& recording) {
  const std::optional<Instant> time = recording.captures.front().time;
  Result<ArchiveWriter> writer =
      ArchiveWriter::create(target.path, time.value_or(Instant{}).seconds);
  if (!writer) return fail(writer.error());
  std::string name = target.path.substr(target.path.rfind('/') + 1);
  name.resize(name.size() - std::string_view(".sigmf").size());
  if (name.empty()) return fail(Errc::usage, target.path + ": an archive needs a name");
  const std::string stem = name + "/" + name;
  RecordingInfo out = plain(recording, target.format);
  Result<void> step = writer->add_folder(name);
  if (step) {
    step = writer->begin(stem + std::string(kDataSuffix),
                         recording.sample_count * bytes_per_sample(target.format));
  }
  if (!step) return fail(step.error());
  return std::unique_ptr<RecordingSink>(
      std::make_unique<ArchiveSink>(std::move(*writer), std::move(out), stem));
}

std::optional<Instant> end_of(const RecordingInfo& recording) {
  const std::optional<Instant> start = recording.captures.front().time;
  if (!start || !recording.rate_hz) return std::nullopt;
  const double seconds = static_cast<double>(recording.sample_count) / *recording.rate_hz;
  if (seconds > 1e6) return std::nullopt;  // Beyond what Picoseconds count.
  return *start + Picoseconds(std::llround(seconds * 1e12));
}

Result<void> check_raw_name(const Target& target, const RecordingInfo& recording) {
  const RawHints named = hints_of_name(target.path).said;
  const std::optional<double> centre_hz = recording.captures.front().centre_hz;
  const auto differ = [](std::optional<double> a, std::optional<double> b) {
    return a && b && std::abs(*a - *b) >= 1000;  // Chosen: names round to kHz.
  };
  if (named.rate_hz && recording.rate_hz && *named.rate_hz != *recording.rate_hz) {
    return fail(Errc::usage, target.path + ": its name says another rate than the recording's, " +
                                 std::to_string(std::llround(*recording.rate_hz)) + " Hz");
  }
  if (differ(named.centre_hz, centre_hz)) {
    return fail(Errc::usage, target.path +
                                 ": its name says another frequency than the recording's, " +
                                 std::to_string(std::llround(*centre_hz)) + " Hz");
  }
  return {};
}

Result<std::unique_ptr<RecordingSink>> open_plain_sink(const Target& target,
                                                       const RecordingInfo& recording) {
  if (Result<void> fits = check_raw_name(target, recording); !fits) return fail(fits.error());
  const Capture& first = recording.captures.front();
  const bool wav = target.container == Container::wav;
  const bool offset8 = wav && target.format == SampleFormat::ci8;
  const std::uint64_t data_bytes = recording.sample_count * bytes_per_sample(target.format);
  Bytes header;
  if (wav) {
    header = wav_header(offset8 ? Storage::offset8 : storage_of(target.format), *recording.rate_hz,
                        data_bytes, first.centre_hz, first.time, end_of(recording));
  } else if (target.container == Container::sdriq) {
    header = sdriq_header(*recording.rate_hz, first.centre_hz.value_or(0),
                          first.time.value_or(Instant{}));
  }
  Result<NewFile> file = NewFile::create(target.path);
  if (!file) return fail(file.error());
  if (Result<void> written = file->write(header); !written) return fail(written.error());
  return std::unique_ptr<RecordingSink>(std::make_unique<PlainSink>(
      std::move(*file), target.format, offset8, wav && data_bytes % 2 == 1));
}

// The rate that a header of whole Hz in 32 bits holds.
bool fits_header(double rate_hz) { return rate_hz >= 1 && rate_hz <= 4e9; }

std::string count_of(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

Result<void> RecordingSink::write(SampleView samples) {
  clipped_ += count_clipped(format_, samples);
  return put(encode(samples));
}

Result<Target> target_of(const std::string& path, std::optional<SampleFormat> wanted,
                         SampleFormat usual) {
  Target target{Container::raw, wanted.value_or(usual), path};
  for (const std::string_view suffix : {kMetaSuffix, kDataSuffix}) {
    if (!path.ends_with(suffix)) continue;
    target.container = Container::sigmf;
    target.path.resize(path.size() - suffix.size());
    return target;
  }
  const auto refuse = [&](const std::string& allowed) {
    return fail(Errc::usage, path + ": " + std::string(format_name(*wanted)) +
                                 " is not written there, use " + allowed);
  };
  if (path.ends_with(".sigmf")) {
    target.container = Container::archive;
  } else if (path.ends_with(".wav")) {
    target.container = Container::wav;
    if (wanted == SampleFormat::cu8) return refuse("ci8, ci16 or cf32");
    if (target.format == SampleFormat::cu8) target.format = SampleFormat::ci16;
  } else if (path.ends_with(".sdriq")) {
    target.container = Container::sdriq;
    if (wanted && *wanted != SampleFormat::ci16) return refuse("ci16");
    target.format = SampleFormat::ci16;
  } else if (const auto named = hints_of_name(path).said.format) {
    if (wanted && *wanted != *named) return refuse("the format that its name says");
    target.format = *named;
  }
  return target;
}

std::vector<std::string> lost_in(const Target& target, const RecordingInfo& recording) {
  std::vector<std::string> lost;
  if (target.container == Container::sigmf || target.container == Container::archive) return lost;
  const Capture& first = recording.captures.front();
  if (target.container == Container::raw) {
    const bool known = recording.rate_hz || first.centre_hz || first.time;
    if (known)
      lost.emplace_back("rate, frequency and time: raw samples say nothing but their name");
  } else {
    lost = lost_in_wav(*recording.rate_hz, first.centre_hz, first.time);
  }
  if (recording.captures.size() > 1) {
    lost.push_back(count_of(recording.captures.size() - 1, "later capture"));
  }
  if (!recording.annotations.empty()) {
    lost.push_back(count_of(recording.annotations.size(), "annotation"));
  }
  if (first.place) lost.emplace_back("the place");
  if (!recording.global.empty()) lost.emplace_back("the other keys of the metadata");
  return lost;
}

Result<std::unique_ptr<RecordingSink>> open_sink(const Target& target,
                                                 const RecordingInfo& recording) {
  assert(!recording.captures.empty() && recording.sample_count > 0);
  if (target.container != Container::raw && !recording.rate_hz) {
    return fail(Errc::usage,
                recording.data_path + ": does not say its sample rate; give it with --rate");
  }
  const bool in_header = target.container == Container::wav || target.container == Container::sdriq;
  if (in_header && !fits_header(*recording.rate_hz)) {
    return fail(Errc::usage, target.path + ": its header holds rates from 1 Hz to 4 GHz");
  }
  if (target.container == Container::archive) return open_archive_sink(target, recording);
  if (target.container != Container::sigmf) return open_plain_sink(target, recording);
  RecordingInfo out = plain(recording, target.format);
  Result<SigmfWriter> writer =
      SigmfWriter::create(target.path, target.format, *recording.rate_hz, out.global);
  if (!writer) return fail(writer.error());
  return std::unique_ptr<RecordingSink>(
      std::make_unique<SigmfSink>(std::move(*writer), std::move(out)));
}

}  // namespace earshot::radio
