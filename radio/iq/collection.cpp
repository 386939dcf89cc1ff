#include "radio/iq/collection.h"

#include "radio/iq/file.h"
#include "radio/iq/json_fields.h"
#include "radio/iq/sigmf_meta.h"

namespace earshot::radio {

using nlohmann::json;

Result<std::vector<CollectionStream>> parse_collection(std::string_view text,
                                                       const std::string& where) {
  const Result<json> root = parse_json(text, where);
  if (!root) return fail(root.error());
  const auto refuse = [&](const std::string& why) {
    return fail(Errc::bad_data, where + ": " + why);
  };
  if (!root->is_object() || !root->contains("collection") || !(*root)["collection"].is_object()) {
    return refuse("\"collection\" is missing or not an object");
  }
  const json& collection = (*root)["collection"];
  if (!collection.contains("core:streams") || !collection["core:streams"].is_array()) {
    return refuse("collection/core:streams is missing or not an array");
  }
  std::vector<CollectionStream> streams;
  for (const json& entry : collection["core:streams"]) {
    const std::string place = "collection/core:streams[" + std::to_string(streams.size()) + "]";
    if (!entry.is_object()) return refuse(place + " is not an object with name and hash");
    const Fields fields(entry, where + ": " + place);
    const auto name = fields.text("name");
    const auto hash = fields.text("hash");
    if (!name) return fail(name.error());
    if (!hash) return fail(hash.error());
    if (!*name || !*hash) return refuse(place + " must have name and hash");
    if ((*name)->empty() || (*name)->find('/') != std::string::npos) {
      return refuse(place + "/name must be a recording's name without folder");
    }
    streams.push_back({**name, **hash});
  }
  return streams;
}

Result<std::vector<CollectionStream>> read_collection(const std::string& path) {
  const Result<std::string> text = read_text_file(path, kMaxMetaBytes);
  if (!text) return fail(text.error());
  return parse_collection(*text, path);
}

}  // namespace earshot::radio
