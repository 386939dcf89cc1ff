#include <fcntl.h>

#include <cmath>

#include "radio/iq/file.h"
#include "radio/iq/open.h"
#include "radio/iq/raw_name.h"
#include "radio/iq/sdriq.h"
#include "radio/iq/sigmf_meta.h"
#include "radio/iq/wav.h"

namespace earshot::radio {
namespace {

// Chosen: names round to kHz, so a header that differs less says the same.
constexpr double kNameStepHz = 1000;

std::string show(double hertz) { return std::to_string(std::llround(hertz)) + " Hz"; }

// What the name says, where the file itself says nothing; where both speak, they should agree.
void apply_name(const std::string& path, RecordingInfo& recording) {
  const NameHints name = hints_of_name(path);
  recording.notes.insert(recording.notes.end(), name.contradictions.begin(),
                         name.contradictions.end());
  Capture& capture = recording.captures.front();
  const auto disagree = [&](const char* what, double own, double named) {
    recording.notes.push_back("the name says " + show(named) + " of " + what + ", the file " +
                              show(own) + ": the file is believed");
  };
  if (name.said.rate_hz && !recording.rate_hz) {
    recording.rate_hz = name.said.rate_hz;
    recording.origins.rate = Origin::name;
  } else if (name.said.rate_hz && *name.said.rate_hz != *recording.rate_hz) {
    disagree("rate", *recording.rate_hz, *name.said.rate_hz);
  }
  if (name.said.centre_hz && !capture.centre_hz) {
    capture.centre_hz = name.said.centre_hz;
    recording.origins.frequency = Origin::name;
  } else if (name.said.centre_hz &&
             std::abs(*name.said.centre_hz - *capture.centre_hz) >= kNameStepHz) {
    disagree("centre frequency", *capture.centre_hz, *name.said.centre_hz);
  }
  if (name.said.time && !capture.time) {
    capture.time = name.said.time;
    recording.origins.time = Origin::name;
  }
}

// One capture over the whole dataset; data_offset and data_bytes are known.
Result<RecordingInfo> with_one_capture(RecordingInfo recording, Capture capture) {
  const Result<std::uint64_t> count = count_samples(recording, recording.data_bytes);
  if (!count) return fail(count.error());
  recording.format = nearest_format(recording.storage);
  recording.sample_count = *count;
  capture.sample_count = *count;
  recording.captures = {std::move(capture)};
  apply_name(recording.data_path, recording);
  return recording;
}

}  // namespace

Result<RecordingInfo> open_wav(const std::string& path) {
  const Result<File> file = File::open(path, O_RDONLY);
  if (!file) return fail(file.error());
  const Result<ByteSource> source = bytes_of(*file);
  if (!source) return fail(source.error());
  Result<WavHeader> header = read_wav_header(*source, path);
  if (!header) return fail(header.error());
  RecordingInfo recording;
  recording.container = Container::wav;
  recording.data_path = path;
  recording.storage = header->storage;
  recording.data_offset = header->data_offset;
  recording.data_bytes = header->data_bytes;
  recording.rate_hz = header->rate_hz;
  recording.notes = std::move(header->notes);
  recording.origins.format = recording.origins.rate = Origin::header;
  if (header->centre_hz) recording.origins.frequency = Origin::auxi_chunk;
  if (header->time) recording.origins.time = Origin::auxi_chunk;
  Capture capture;
  capture.centre_hz = header->centre_hz;
  capture.time = header->time;
  return with_one_capture(std::move(recording), std::move(capture));
}

Result<RecordingInfo> open_sdriq(const std::string& path) {
  const Result<File> file = File::open(path, O_RDONLY);
  if (!file) return fail(file.error());
  const Result<std::uint64_t> size = file->size();
  if (!size) return fail(size.error());
  Bytes bytes(kSdriqHeaderBytes);
  if (Result<void> read = file->read_at(0, bytes); !read) return fail(read.error());
  const Result<SdriqHeader> header = parse_sdriq_header(bytes, path);
  if (!header) return fail(header.error());
  RecordingInfo recording;
  recording.container = Container::sdriq;
  recording.data_path = path;
  recording.storage = header->storage;
  recording.data_offset = kSdriqHeaderBytes;
  recording.data_bytes = *size - kSdriqHeaderBytes;
  recording.rate_hz = header->rate_hz;
  recording.origins.format = recording.origins.rate = Origin::header;
  Capture capture;
  if (header->centre_hz > 0) {
    capture.centre_hz = header->centre_hz;
    recording.origins.frequency = Origin::header;
  }
  if (header->time != Instant{}) {
    capture.time = header->time;
    recording.origins.time = Origin::header;
  }
  if (header->seconds) {
    recording.notes.emplace_back("the header's time counts seconds, as SDRangel before 6.16.2");
  }
  return with_one_capture(std::move(recording), std::move(capture));
}

Result<RecordingInfo> open_raw(const std::string& path, const RawHints& hints) {
  const Result<File> file = File::open(path, O_RDONLY);
  if (!file) return fail(file.error());
  const Result<std::uint64_t> size = file->size();
  if (!size) return fail(size.error());
  const std::optional<SampleFormat> named = hints_of_name(path).said.format;
  const std::optional<SampleFormat> format = hints.format ? hints.format : named;
  if (!format) {
    return fail(Errc::bad_data, path +
                                    ": its name says no sample format; give one of cf32, ci16, "
                                    "ci8, cu8, or a SigMF recording");
  }
  RecordingInfo recording;
  recording.data_path = path;
  recording.storage = storage_of(*format);
  recording.data_bytes = *size;
  recording.origins.format = Origin::name;
  return with_one_capture(std::move(recording), Capture{});
}

Result<void> apply_hints(const RawHints& hints, const std::string& path, RecordingInfo& recording) {
  if (hints.format && recording.container != Container::raw &&
      storage_of(*hints.format) != recording.storage) {
    return fail(Errc::usage, path + ": says " + std::string(storage_name(recording.storage)) +
                                 ", the format given is " +
                                 std::string(format_name(*hints.format)));
  }
  if (hints.format) recording.origins.format = Origin::given;
  if (hints.rate_hz) {
    recording.rate_hz = hints.rate_hz;
    recording.origins.rate = Origin::given;
  }
  if (hints.centre_hz) {
    for (Capture& capture : recording.captures) capture.centre_hz = hints.centre_hz;
    recording.origins.frequency = Origin::given;
  }
  if (hints.time) {
    recording.captures.front().time = hints.time;
    recording.origins.time = Origin::given;
  }
  return {};
}

}  // namespace earshot::radio
