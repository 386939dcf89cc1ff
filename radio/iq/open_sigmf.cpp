#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "radio/iq/archive.h"
#include "radio/iq/collection.h"
#include "radio/iq/file.h"
#include "radio/iq/open.h"
#include "radio/iq/sigmf_meta.h"

namespace earshot::radio {
namespace {

constexpr std::string_view kMetaSuffix = ".sigmf-meta";
constexpr std::string_view kDataSuffix = ".sigmf-data";

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

std::optional<std::string> stem_of(const std::string& path) {
  for (const std::string_view suffix : {kMetaSuffix, kDataSuffix}) {
    if (path.ends_with(suffix)) return path.substr(0, path.size() - suffix.size());
  }
  const bool is_stem = !file_exists(path) && (file_exists(path + std::string(kMetaSuffix)) ||
                                              file_exists(path + std::string(kDataSuffix)));
  return is_stem ? std::optional(path) : std::nullopt;
}

Result<void> check_present(const std::string& path, const std::string& other,
                           const std::string& what) {
  if (file_exists(path) || !file_exists(other)) return {};
  return fail(Errc::unavailable, path + ": is missing; " + other + " is only " + what +
                                     " of a SigMF recording, whose parts stand side by side");
}

// The metadata is read and the dataset found: the two are fitted together.
Result<RecordingInfo> fit(RecordingInfo recording, const std::string& meta_path) {
  const Result<std::uint64_t> count = count_samples(recording, recording.data_bytes);
  if (!count) return fail(count.error());
  if (Result<void> fits = fit_to_data(recording, *count, meta_path); !fits) {
    return fail(fits.error());
  }
  recording.origins.format = Origin::metadata;
  if (recording.rate_hz) recording.origins.rate = Origin::metadata;
  if (recording.captures.front().centre_hz) recording.origins.frequency = Origin::metadata;
  if (recording.captures.front().time) recording.origins.time = Origin::metadata;
  return recording;
}

// "a, b and 3 more": what there is to choose from.
std::string list_names(const std::vector<std::string>& names) {
  constexpr std::size_t shown = 8;  // Chosen: a line.
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " more";
  return text;
}

Result<std::string> choose(const std::vector<std::string>& names, const RawHints& hints,
                           const std::string& path) {
  if (names.empty()) return fail(Errc::bad_data, path + ": holds no SigMF recording");
  if (hints.member.empty() && names.size() == 1) return names.front();
  if (hints.member.empty()) {
    return fail(Errc::usage, path + ": holds " + std::to_string(names.size()) +
                                 " recordings, name one: " + list_names(names));
  }
  for (const std::string& name : names) {
    const bool base = name == hints.member || name.ends_with("/" + hints.member);
    if (base) return name;
  }
  return fail(Errc::usage,
              path + ": holds no recording \"" + hints.member + "\", but: " + list_names(names));
}

Result<std::string> read_member(const std::string& path, const ArchiveMember& member) {
  if (member.size > kMaxMetaBytes) {
    return fail(Errc::bad_data, path + ": member " + member.name + " has more than " +
                                    std::to_string(kMaxMetaBytes) + " bytes");
  }
  const Result<File> file = File::open(path, O_RDONLY);
  if (!file) return fail(file.error());
  std::string text(member.size, '\0');
  const Result<void> read =
      file->read_at(member.offset, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!read) return fail(read.error());
  return text;
}

const ArchiveMember* find_member(const std::vector<ArchiveMember>& members,
                                 const std::string& name) {
  const auto found =
      std::find_if(members.begin(), members.end(),
                   [&name](const ArchiveMember& member) { return member.name == name; });
  return found == members.end() ? nullptr : &*found;
}

// Of the recordings in an archive: the metadata's names without their suffix.
std::vector<std::string> stems_of(const std::vector<ArchiveMember>& members) {
  std::vector<std::string> stems;
  for (const ArchiveMember& member : members) {
    if (member.name.ends_with(kMetaSuffix)) {
      stems.push_back(member.name.substr(0, member.name.size() - kMetaSuffix.size()));
    }
  }
  return stems;
}

std::vector<std::string> names_of(const std::vector<CollectionStream>& streams) {
  std::vector<std::string> names;
  for (const CollectionStream& stream : streams) names.push_back(stream.name);
  return names;
}

}  // namespace

bool file_exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

bool is_sigmf(const std::string& path) { return stem_of(path).has_value(); }

Result<RecordingInfo> open_sigmf(const std::string& path, const RawHints&) {
  const std::string stem = stem_of(path).value_or(path);
  const std::string meta_path = stem + std::string(kMetaSuffix);
  const std::string usual_data_path = stem + std::string(kDataSuffix);
  if (Result<void> here = check_present(meta_path, usual_data_path, "the data"); !here) {
    return fail(here.error());
  }
  const Result<std::string> text = read_text_file(meta_path, kMaxMetaBytes);
  if (!text) return fail(text.error());
  Result<RecordingInfo> recording = parse_sigmf_meta(*text, meta_path);
  if (!recording) return recording;
  recording->container = Container::sigmf;
  recording->meta_path = meta_path;
  recording->data_path =
      recording->data_path.empty() ? usual_data_path : folder_of(meta_path) + recording->data_path;
  if (Result<void> here = check_present(recording->data_path, meta_path, "the metadata"); !here) {
    return fail(here.error());
  }
  const Result<File> file = File::open(recording->data_path, O_RDONLY);
  if (!file) return fail(file.error());
  const Result<std::uint64_t> bytes = file->size();
  if (!bytes) return fail(bytes.error());
  recording->data_bytes = *bytes;
  return fit(std::move(*recording), meta_path);
}

Result<RecordingInfo> open_archive(const std::string& path, const RawHints& hints) {
  const Result<std::vector<ArchiveMember>> members = list_archive_file(path);
  if (!members) return fail(members.error());
  const Result<std::string> stem = choose(stems_of(*members), hints, path);
  if (!stem) return fail(stem.error());
  const std::string meta_name = *stem + std::string(kMetaSuffix);
  const Result<std::string> text = read_member(path, *find_member(*members, meta_name));
  if (!text) return fail(text.error());
  const std::string where = path + ":" + meta_name;
  Result<RecordingInfo> recording = parse_sigmf_meta(*text, where);
  if (!recording) return recording;
  const std::string data_name = recording->data_path.empty()
                                    ? *stem + std::string(kDataSuffix)
                                    : folder_of(meta_name) + recording->data_path;
  const ArchiveMember* data = find_member(*members, data_name);
  if (data == nullptr) {
    return fail(Errc::bad_data, path + ": holds " + meta_name + " without " + data_name);
  }
  recording->container = Container::archive;
  recording->data_path = path;
  recording->data_offset = data->offset;
  recording->data_bytes = data->size;
  return fit(std::move(*recording), where);
}

Result<RecordingInfo> open_collection(const std::string& path, const RawHints& hints) {
  const Result<std::vector<CollectionStream>> streams = read_collection(path);
  if (!streams) return fail(streams.error());
  const Result<std::string> name = choose(names_of(*streams), hints, path);
  if (!name) return fail(name.error());
  return open_sigmf(folder_of(path) + *name + std::string(kMetaSuffix), hints);
}

Result<std::vector<std::string>> recordings_in(const std::string& path) {
  if (path.ends_with(".sigmf")) {
    const Result<std::vector<ArchiveMember>> members = list_archive_file(path);
    if (!members) return fail(members.error());
    return stems_of(*members);
  }
  if (path.ends_with(".sigmf-collection")) {
    const Result<std::vector<CollectionStream>> streams = read_collection(path);
    if (!streams) return fail(streams.error());
    return names_of(*streams);
  }
  return std::vector<std::string>();
}

}  // namespace earshot::radio
