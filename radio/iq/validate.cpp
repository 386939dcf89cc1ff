#include "radio/iq/validate.h"

#include <fcntl.h>

#include <algorithm>

#include "radio/iq/archive.h"
#include "radio/iq/dataset_hash.h"
#include "radio/iq/file.h"
#include "radio/iq/json_fields.h"
#include "radio/iq/open.h"
#include "radio/iq/sigmf_meta.h"
#include "radio/iq/sigmf_values.h"

namespace earshot::radio {
namespace {

using nlohmann::json;
using Violations = std::vector<Violation>;

constexpr std::string_view kMetaSuffix = ".sigmf-meta";
constexpr std::string_view kDataSuffix = ".sigmf-data";
constexpr std::size_t kPieceBytes = 1 << 20;  // Chosen: bounds memory.

// A file, or a member of an archive.
struct Part {
  std::string path, name;
  std::uint64_t offset = 0, size = 0;
};

// Where the parts of a recording are: beside each other in a folder, or in one archive.
class Parts {
 public:
  virtual ~Parts() = default;
  virtual Result<std::optional<Part>> find(const std::string& name) const = 0;
};

class FolderParts final : public Parts {
 public:
  Result<std::optional<Part>> find(const std::string& name) const override {
    if (!file_exists(name)) return std::optional<Part>();
    const Result<File> file = File::open(name, O_RDONLY);
    if (!file) return fail(file.error());
    const Result<std::uint64_t> size = file->size();
    if (!size) return fail(size.error());
    return std::optional(Part{name, name, 0, *size});
  }
};

class ArchiveParts final : public Parts {
 public:
  ArchiveParts(std::string path, const std::vector<ArchiveMember>& members)
      : path_(std::move(path)), members_(members) {}
  Result<std::optional<Part>> find(const std::string& name) const override {
    for (const ArchiveMember& member : members_) {
      if (member.name == name) return std::optional(Part{path_, name, member.offset, member.size});
    }
    return std::optional<Part>();
  }

 private:
  std::string path_;
  const std::vector<ArchiveMember>& members_;
};

Result<std::string> text_of(const Part& part) {
  if (part.size > kMaxMetaBytes) {
    return fail(Errc::bad_data, part.name + ": has " + std::to_string(part.size) +
                                    " bytes, at most " + std::to_string(kMaxMetaBytes) +
                                    " are read");
  }
  const Result<File> file = File::open(part.path, O_RDONLY);
  if (!file) return fail(file.error());
  std::string text(part.size, '\0');
  const Result<void> read =
      file->read_at(part.offset, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!read) return fail(read.error());
  return text;
}

Result<std::string> hash_of(const Part& part) {
  const Result<File> file = File::open(part.path, O_RDONLY);
  if (!file) return fail(file.error());
  DatasetHash hash;
  Bytes piece(kPieceBytes);
  for (std::uint64_t done = 0; done < part.size;) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(part.size - done, piece.size()));
    const std::span<std::uint8_t> bytes = std::span(piece).first(count);
    if (Result<void> read = file->read_at(part.offset + done, bytes); !read) {
      return fail(read.error());
    }
    hash.add(bytes);
    done += count;
  }
  return hash.hex();
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  });
  return text;
}

void append(Violations& to, Violations more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

// The dataset of metadata whose three parts have their types.
Result<Violations> check_data(const json& root, const std::string& stem, const Parts& parts) {
  Violations found;
  const json& global = root["global"];
  const json named = global.value("core:dataset", json());
  std::string name = stem + std::string(kDataSuffix);
  if (named.is_string()) {
    const auto file = named.get<std::string>();
    if (file.empty() || file.find('/') != std::string::npos) {
      found.push_back({"global/core:dataset", "must be a file name without folder"});
      return found;
    }
    if (file.ends_with(kDataSuffix)) {
      found.push_back({"global/core:dataset", "names a .sigmf-data: it is for other files only"});
    }
    name = stem.substr(0, stem.rfind('/') + 1) + file;
  }
  const Result<std::optional<Part>> data = parts.find(name);
  if (!data) return fail(data.error());
  const bool metadata_only = global.value("core:metadata_only", json()) == json(true);
  if (!*data) {
    if (!metadata_only) found.push_back({"dataset", name + " is missing"});
    return found;
  }
  append(found, check_dataset_rules(root, (*data)->size, name));
  const json claimed = global.value("core:sha512", json());
  if (!claimed.is_string() || !is_sha512(claimed.get<std::string>())) return found;
  const Result<std::string> hash = hash_of(**data);
  if (!hash) return fail(hash.error());
  if (*hash != lower(claimed.get<std::string>())) {
    found.push_back({"global/core:sha512", "is not the dataset's, which is " + *hash});
  }
  return found;
}

Result<Violations> check_recording(const std::string& stem, const Parts& parts) {
  const std::string name = stem + std::string(kMetaSuffix);
  const Result<std::optional<Part>> meta = parts.find(name);
  if (!meta) return fail(meta.error());
  if (!*meta) return fail(system_error(name, "open", ENOENT));
  const Result<std::string> text = text_of(**meta);
  if (!text) return fail(text.error());
  const Result<json> root = parse_json(*text, name);
  if (!root) return fail(root.error());
  Violations found = check_meta_rules(*root);
  const bool whole = root->is_object() && root->contains("global") && root->contains("captures") &&
                     root->contains("annotations") && (*root)["global"].is_object() &&
                     (*root)["captures"].is_array() && (*root)["annotations"].is_array();
  if (!whole) return found;
  Result<Violations> data = check_data(*root, stem, parts);
  if (!data) return data;
  append(found, std::move(*data));
  return found;
}

// Breaches of one recording among several carry its name.
void append_of(const std::string& name, Violations& to, Violations more) {
  for (Violation& violation : more) violation.key = name + ": " + violation.key;
  append(to, std::move(more));
}

Result<Violations> check_collection(const std::string& name, const Parts& parts) {
  const Result<std::optional<Part>> part = parts.find(name);
  if (!part) return fail(part.error());
  if (!*part) return fail(system_error(name, "open", ENOENT));
  const Result<std::string> text = text_of(**part);
  if (!text) return fail(text.error());
  const Result<json> root = parse_json(*text, name);
  if (!root) return fail(root.error());
  Violations found = check_collection_rules(*root);
  if (!found.empty()) return found;
  const std::string folder = name.substr(0, name.rfind('/') + 1);
  const json streams = (*root)["collection"].value("core:streams", json::array());
  for (const json& stream : streams) {
    const auto stem = stream["name"].get<std::string>();
    const std::string key = "collection/core:streams/" + stem;
    if (stem.empty() || stem.find('/') != std::string::npos) {
      found.push_back({key, "must be a recording's name without folder"});
      continue;
    }
    const Result<std::optional<Part>> meta = parts.find(folder + stem + std::string(kMetaSuffix));
    if (!meta) return fail(meta.error());
    if (!*meta) {
      found.push_back({key, folder + stem + std::string(kMetaSuffix) + " is missing"});
      continue;
    }
    const Result<std::string> hash = hash_of(**meta);
    if (!hash) return fail(hash.error());
    if (*hash != lower(stream["hash"].get<std::string>())) {
      found.push_back({key + "/hash", "is not the metadata's, which is " + *hash});
    }
    Result<Violations> recording = check_recording(folder + stem, parts);
    if (!recording) return recording;
    append_of(stem, found, std::move(*recording));
  }
  return found;
}

Result<Violations> check_archive(const std::string& path) {
  const Result<std::vector<ArchiveMember>> members = list_archive_file(path);
  if (!members) return fail(members.error());
  const ArchiveParts parts(path, *members);
  Violations found;
  std::size_t recordings = 0;
  std::size_t collections = 0;
  for (const ArchiveMember& member : *members) {
    if (member.name.ends_with(".sigmf-collection")) {
      ++collections;
      if (member.name.find('/') != std::string::npos) {
        found.push_back({member.name, "must be in the archive's top folder"});
      }
    }
    if (!member.name.ends_with(kMetaSuffix)) continue;
    ++recordings;
    const std::string stem = member.name.substr(0, member.name.size() - kMetaSuffix.size());
    Result<Violations> recording = check_recording(stem, parts);
    if (!recording) return recording;
    append_of(stem, found, std::move(*recording));
  }
  if (recordings == 0) found.push_back({"archive", "must hold at least one recording"});
  if (collections > 1) found.push_back({"archive", "may hold one .sigmf-collection only"});
  return found;
}

}  // namespace

Result<Violations> validate_sigmf(const std::string& path) {
  if (path.ends_with(".sigmf")) return check_archive(path);
  if (path.ends_with(".sigmf-collection")) return check_collection(path, FolderParts());
  std::string stem = path;
  for (const std::string_view suffix : {kMetaSuffix, kDataSuffix}) {
    if (path.ends_with(suffix)) stem.resize(path.size() - suffix.size());
  }
  const bool known = stem != path || file_exists(stem + std::string(kMetaSuffix));
  if (!known && file_exists(path)) {
    return fail(Errc::usage, path +
                                 ": is no SigMF, whose rules are checked here; `earshot iq info` "
                                 "looks at other files");
  }
  return check_recording(stem, FolderParts());
}

}  // namespace earshot::radio
