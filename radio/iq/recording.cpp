#include "radio/iq/recording.h"

#include <fcntl.h>

#include <algorithm>

#include "radio/iq/dataset_hash.h"
#include "radio/iq/file.h"
#include "radio/iq/open.h"

namespace earshot::radio {
namespace {

constexpr std::size_t kHashPieceBytes = 1 << 20;  // Chosen: bounds memory.

// Byte of the file where sample `at`, which lies in captures[index], begins.
std::uint64_t byte_of(const RecordingInfo& recording, std::uint64_t at, std::size_t index) {
  std::uint64_t byte = recording.data_offset + at * bytes_per_sample(recording.storage);
  for (std::size_t i = 0; i <= index && i < recording.captures.size(); ++i) {
    byte += recording.captures[i].header_bytes;
  }
  return byte;
}

}  // namespace

std::string_view container_name(Container container) {
  switch (container) {
    case Container::sigmf:
      return "sigmf";
    case Container::archive:
      return "archive";
    case Container::wav:
      return "wav";
    case Container::sdriq:
      return "sdriq";
    case Container::raw:
      return "raw";
  }
  return "";
}

Result<RecordingInfo> open_recording(const std::string& path, const RawHints& hints) {
  Result<RecordingInfo> recording = path.ends_with(".sigmf") ? open_archive(path, hints)
                                    : path.ends_with(".sigmf-collection")
                                        ? open_collection(path, hints)
                                    : is_sigmf(path)           ? open_sigmf(path, hints)
                                    : path.ends_with(".wav")   ? open_wav(path)
                                    : path.ends_with(".sdriq") ? open_sdriq(path)
                                                               : open_raw(path, hints);
  if (!recording) return recording;
  if (Result<void> applied = apply_hints(hints, path, *recording); !applied) {
    return fail(applied.error());
  }
  return recording;
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
  const std::size_t size = bytes_per_sample(recording.storage);
  Samples samples(count);
  // Between captures there may be headers, so each capture's part is read on its own.
  std::size_t index = 0;
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t at = first + done;
    const auto next = [&] { return index + 1; };
    while (next() < recording.captures.size() && recording.captures[next()].first_sample <= at) {
      ++index;
    }
    const bool last = next() >= recording.captures.size();
    const std::uint64_t end = last ? first + count : recording.captures[next()].first_sample;
    const std::uint64_t part = std::min(end - at, count - done);
    Bytes raw(part * size);
    if (Result<void> read = file->read_at(byte_of(recording, at, index), raw); !read) {
      return fail(read.error());
    }
    decode_stored(recording.storage, raw, std::span(samples).subspan(done, part));
    done += part;
  }
  return samples;
}

Result<void> check_dataset(const RecordingInfo& recording) {
  if (!recording.global.contains("core:sha512")) return {};
  const Result<File> file = File::open(recording.data_path, O_RDONLY);
  if (!file) return fail(file.error());
  DatasetHash hash;
  Bytes piece(kHashPieceBytes);
  std::uint64_t left = recording.data_bytes;
  for (std::uint64_t offset = recording.data_offset; left > 0;) {
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
