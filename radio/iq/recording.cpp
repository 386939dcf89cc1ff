#include "radio/iq/recording.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "radio/iq/dataset_hash.h"
#include "radio/iq/file.h"
#include "radio/iq/raw_name.h"
#include "radio/iq/sigmf_meta.h"

namespace earshot::radio {
namespace {

constexpr std::string_view kMetaSuffix = ".sigmf-meta";
constexpr std::string_view kDataSuffix = ".sigmf-data";
// Chosen: an annotation takes some 300 bytes, so this is 200 000 of them.
constexpr std::uint64_t kMaxMetaBytes = 64 << 20;
constexpr std::size_t kHashPieceBytes = 1 << 20;  // Chosen: bounds memory.

bool exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

// The stem when `path` names a SigMF recording in any of its three ways.
std::optional<std::string> sigmf_stem(const std::string& path) {
  for (const std::string_view suffix : {kMetaSuffix, kDataSuffix}) {
    if (path.ends_with(suffix)) return path.substr(0, path.size() - suffix.size());
  }
  const bool is_stem = !exists(path) && (exists(path + std::string(kMetaSuffix)) ||
                                         exists(path + std::string(kDataSuffix)));
  return is_stem ? std::optional(path) : std::nullopt;
}

Result<void> check_present(const std::string& path, const std::string& other,
                           const std::string& what) {
  if (exists(path) || !exists(other)) return {};
  return fail(Errc::unavailable, path + ": is missing; " + other + " is only " + what +
                                     " of a SigMF recording, whose parts stand side by side");
}

Result<std::uint64_t> count_samples(const std::string& path, SampleFormat format) {
  const Result<File> file = File::open(path, O_RDONLY);
  if (!file) return fail(file.error());
  const Result<std::uint64_t> bytes = file->size();
  if (!bytes) return fail(bytes.error());
  const std::uint64_t size = bytes_per_sample(format);
  if (*bytes % size != 0) {
    return fail(Errc::bad_data, path + ": has " + std::to_string(*bytes) +
                                    " bytes, which is no multiple of " + std::to_string(size) +
                                    " (" + std::string(format_name(format)) +
                                    "): truncated, or of another format");
  }
  if (*bytes == 0) return fail(Errc::bad_data, path + ": is empty");
  return *bytes / size;
}

// What was said on the command line wins; `inferred` tells a person so.
void apply_hints(const RawHints& hints, RecordingInfo& recording) {
  if (hints.rate_hz) {
    recording.rate_hz = hints.rate_hz;
    recording.inferred += "; rate as given";
  }
  for (Capture& capture : recording.captures) {
    if (hints.centre_hz) capture.centre_hz = hints.centre_hz;
  }
  if (hints.centre_hz) recording.inferred += "; frequency as given";
  if (hints.time) {
    recording.captures.front().time = hints.time;
    recording.inferred += "; time as given";
  }
}

Result<RecordingInfo> open_sigmf(const std::string& stem, const RawHints& hints) {
  const std::string meta_path = stem + std::string(kMetaSuffix);
  const std::string usual_data_path = stem + std::string(kDataSuffix);
  if (Result<void> here = check_present(meta_path, usual_data_path, "the data"); !here) {
    return fail(here.error());
  }
  const Result<std::string> text = read_text_file(meta_path, kMaxMetaBytes);
  if (!text) return fail(text.error());
  Result<RecordingInfo> recording = parse_sigmf_meta(*text, meta_path);
  if (!recording) return recording;
  const std::size_t folder = meta_path.rfind('/') + 1;  // 0 without a folder.
  recording->data_path = recording->data_path.empty()
                             ? usual_data_path
                             : meta_path.substr(0, folder) + recording->data_path;
  if (Result<void> here = check_present(recording->data_path, meta_path, "the metadata"); !here) {
    return fail(here.error());
  }
  if (hints.format && *hints.format != recording->format) {
    return fail(Errc::usage, meta_path + ": says " + datatype_of(recording->format) +
                                 ", the format given is " +
                                 std::string(format_name(*hints.format)));
  }
  const Result<std::uint64_t> count = count_samples(recording->data_path, recording->format);
  if (!count) return fail(count.error());
  if (Result<void> fits = fit_to_data(*recording, *count, meta_path); !fits) {
    return fail(fits.error());
  }
  recording->inferred = "format, rate, frequency and time from " + meta_path;
  apply_hints(hints, *recording);
  return recording;
}

Result<RecordingInfo> open_raw(const std::string& path, const RawHints& hints) {
  const RawHints named = hints_of_name(path);
  if (!exists(path)) return fail(system_error(path, "open", ENOENT));
  const std::optional<SampleFormat> format = hints.format ? hints.format : named.format;
  if (!format) {
    return fail(Errc::bad_data, path +
                                    ": its name says no sample format; give one of cf32, ci16, "
                                    "ci8, cu8, or a SigMF recording");
  }
  const Result<std::uint64_t> count = count_samples(path, *format);
  if (!count) return fail(count.error());
  RecordingInfo recording;
  recording.data_path = path;
  recording.format = *format;
  recording.rate_hz = named.rate_hz;
  recording.sample_count = *count;
  recording.captures = {Capture{0, *count, named.centre_hz, std::nullopt, std::nullopt}};
  recording.inferred = hints.format ? "format as given" : "format from the name";
  if (named.rate_hz && !hints.rate_hz) recording.inferred += "; rate from the name";
  if (named.centre_hz && !hints.centre_hz) recording.inferred += "; frequency from the name";
  apply_hints(hints, recording);
  return recording;
}

}  // namespace

Result<RecordingInfo> open_recording(const std::string& path, const RawHints& hints) {
  if (const std::optional<std::string> stem = sigmf_stem(path)) return open_sigmf(*stem, hints);
  if (path.ends_with(".sigmf") || path.ends_with(".sigmf-collection")) {
    return fail(Errc::bad_data, path + ": SigMF archives and collections are not read; unpack it " +
                                    "(tar -xf) and name one .sigmf-meta");
  }
  return open_raw(path, hints);
}

Result<Samples> read_samples(const RecordingInfo& recording, std::uint64_t first,
                             std::uint64_t count) {
  if (first > recording.sample_count || count > recording.sample_count - first) {
    return fail(Errc::usage, recording.data_path + ": has " +
                                 std::to_string(recording.sample_count) + " samples, " +
                                 std::to_string(count) + " from " + std::to_string(first) +
                                 " are asked for");
  }
  const Result<File> file = File::open(recording.data_path, O_RDONLY);
  if (!file) return fail(file.error());
  const std::size_t size = bytes_per_sample(recording.format);
  Bytes raw(count * size);
  if (Result<void> read = file->read_at(first * size, raw); !read) return fail(read.error());
  return decode_samples(recording.format, raw);
}

Result<void> check_dataset(const RecordingInfo& recording) {
  if (!recording.global.contains("core:sha512")) return {};
  const Result<File> file = File::open(recording.data_path, O_RDONLY);
  if (!file) return fail(file.error());
  DatasetHash hash;
  Bytes piece(kHashPieceBytes);
  std::uint64_t left = recording.sample_count * bytes_per_sample(recording.format);
  for (std::uint64_t offset = 0; left > 0;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()));
    const std::span<std::uint8_t> part = std::span(piece).first(count);
    if (Result<void> read = file->read_at(offset, part); !read) return read;
    hash.add(part);
    offset += count;
    left -= count;
  }
  const std::string found = hash.hex();
  const nlohmann::json& claimed = recording.global["core:sha512"];
  if (claimed == nlohmann::json(found)) return {};
  return fail(Errc::bad_data, recording.data_path + ": its SHA-512 is " + found.substr(0, 16) +
                                  "..., the metadata's core:sha512 says " +
                                  claimed.dump().substr(0, 17) + "...: truncated or changed");
}

}  // namespace earshot::radio
