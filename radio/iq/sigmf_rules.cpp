#include "radio/iq/sigmf_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "radio/iq/sigmf_values.h"

namespace earshot::radio {
namespace {

using nlohmann::json;
using Violations = std::vector<Violation>;
using Kind = ValueKind;

enum class Need { optional, required };

struct Rule {
  const char* key;
  Kind kind;
  Need need = Need::optional;
};

// Given: the specification's schemas. "core:extensions" and "core:streams" are looked into apart.
constexpr std::array kGlobalRules = {Rule{"core:datatype", Kind::datatype, Need::required},
                                     Rule{"core:version", Kind::version, Need::required},
                                     Rule{"core:sample_rate", Kind::positive},
                                     Rule{"core:author", Kind::text},
                                     Rule{"core:collection", Kind::text},
                                     Rule{"core:dataset", Kind::text},
                                     Rule{"core:data_doi", Kind::text},
                                     Rule{"core:description", Kind::text},
                                     Rule{"core:hw", Kind::text},
                                     Rule{"core:license", Kind::text},
                                     Rule{"core:metadata_only", Kind::boolean},
                                     Rule{"core:meta_doi", Kind::text},
                                     Rule{"core:num_channels", Kind::count},
                                     Rule{"core:offset", Kind::count},
                                     Rule{"core:recorder", Kind::text},
                                     Rule{"core:sha512", Kind::hash},
                                     Rule{"core:trailing_bytes", Kind::count},
                                     Rule{"core:geolocation", Kind::place},
                                     Rule{"core:extensions", Kind::list}};
constexpr std::array kCaptureRules = {Rule{"core:sample_start", Kind::count, Need::required},
                                      Rule{"core:datetime", Kind::time},
                                      Rule{"core:frequency", Kind::number},
                                      Rule{"core:global_index", Kind::count},
                                      Rule{"core:header_bytes", Kind::count},
                                      Rule{"core:geolocation", Kind::place}};
constexpr std::array kAnnotationRules = {Rule{"core:sample_start", Kind::count, Need::required},
                                         Rule{"core:sample_count", Kind::count},
                                         Rule{"core:freq_lower_edge", Kind::number},
                                         Rule{"core:freq_upper_edge", Kind::number},
                                         Rule{"core:label", Kind::text},
                                         Rule{"core:comment", Kind::text},
                                         Rule{"core:generator", Kind::text},
                                         Rule{"core:uuid", Kind::text}};
constexpr std::array kCollectionRules = {Rule{"core:version", Kind::version, Need::required},
                                         Rule{"core:description", Kind::text},
                                         Rule{"core:author", Kind::text},
                                         Rule{"core:collection_doi", Kind::text},
                                         Rule{"core:license", Kind::text},
                                         Rule{"core:extensions", Kind::list},
                                         Rule{"core:streams", Kind::list}};

class Checker {
 public:
  void add(const std::string& key, const std::string& what) { found_.push_back({key, what}); }
  Violations take() { return std::move(found_); }

  // One object: its keys by the rules, namespaces gathered and core's own keys known.
  template <std::size_t N>
  void check_object(const json& object, const std::array<Rule, N>& rules,
                    const std::string& place) {
    for (const Rule& rule : rules) {
      const auto value = object.find(rule.key);
      const std::string key = place + "/" + rule.key;
      if (value == object.end()) {
        if (rule.need == Need::required) add(key, "is missing, it is required");
        continue;
      }
      const std::string fault = fault_of(rule.kind, *value);
      if (!fault.empty()) add(key, "is " + shown(*value) + ", " + fault);
    }
    for (const auto& [name, value] : object.items()) {
      const std::size_t colon = name.find(':');
      const std::string key = place + "/" + name;
      if (colon == std::string::npos || colon == 0 || colon + 1 == name.size()) {
        add(key, "has no namespace: keys are namespace:name");
      } else if (name.starts_with("core:")) {
        const bool known =
            std::any_of(rules.begin(), rules.end(),
                        [&name = name](const Rule& rule) { return name == rule.key; });
        if (!known) add(key, "is no key that the core namespace has here");
      } else if (!declared_.contains(name.substr(0, colon)) &&
                 named_.insert(name.substr(0, colon)).second) {
        add(key, "is of a namespace that core:extensions does not declare");
      }
    }
  }

  void take_extensions(const json& object, const std::string& place) {
    const auto list = object.find("core:extensions");
    if (list == object.end() || !list->is_array()) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const json& entry = (*list)[i];
      const std::string key = place + "/core:extensions[" + std::to_string(i) + "]";
      const bool sound = entry.is_object() && entry.value("name", json()).is_string() &&
                         entry.value("version", json()).is_string() &&
                         entry.value("optional", json()).is_boolean();
      if (!sound || entry.size() != 3) {
        add(key, "must have name, version and optional, and nothing else");
      }
      if (sound) declared_.insert(entry["name"].get<std::string>());
    }
  }

  template <std::size_t N>
  void check_array(const json& array, const std::array<Rule, N>& rules, const std::string& name,
                   std::uint64_t offset) {
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < array.size(); ++i) {
      const std::string place = name + "[" + std::to_string(i) + "]";
      if (!array[i].is_object()) {
        add(place, "must be an object");
        continue;
      }
      check_object(array[i], rules, place);
      const json start = array[i].value("core:sample_start", json());
      if (!is_count(start)) continue;
      const auto value = start.get<std::uint64_t>();
      if (value < offset) {
        add(place + "/core:sample_start", "is " + std::to_string(value) + ", before core:offset (" +
                                              std::to_string(offset) + ")");
      }
      if (value < before) {
        add(place + "/core:sample_start", "is " + std::to_string(value) + " after " +
                                              std::to_string(before) + ": not in ascending order");
      }
      before = value;
    }
  }

  void check_edges(const json& annotations) {
    for (std::size_t i = 0; i < annotations.size(); ++i) {
      const json& one = annotations[i];
      if (!one.is_object()) continue;
      const std::string key = "annotations[" + std::to_string(i) + "]/core:freq_lower_edge";
      const json low = one.value("core:freq_lower_edge", json());
      const json high = one.value("core:freq_upper_edge", json());
      if (low.is_null() != high.is_null()) {
        add(key, "and core:freq_upper_edge come both or not at all");
      } else if (low.is_number() && high.is_number() && low.get<double>() > high.get<double>()) {
        add(key, "is above core:freq_upper_edge");
      }
    }
  }

  void check_streams(const json& collection) {
    const json streams = collection.value("core:streams", json::array());
    for (std::size_t i = 0; streams.is_array() && i < streams.size(); ++i) {
      const std::string place = "collection/core:streams[" + std::to_string(i) + "]";
      const json& one = streams[i];
      const bool named = one.is_object() && one.value("name", json()).is_string() &&
                         one.value("hash", json()).is_string();
      if (!named) {
        add(place, "must be an object with name and hash");
      } else if (!is_sha512(one["hash"].get<std::string>())) {
        add(place + "/hash", "is " + shown(one["hash"]) + ", must be 128 digits of hex");
      }
    }
  }

 private:
  Violations found_;
  std::set<std::string> declared_;
  std::set<std::string> named_;  // Undeclared ones that were told already.
};

}  // namespace

Violations check_meta_rules(const json& root) {
  Checker checker;
  if (!root.is_object()) {
    checker.add("", "must be one JSON object");
    return checker.take();
  }
  bool whole = true;
  for (const char* name : {"global", "captures", "annotations"}) {
    const bool object = std::string_view(name) == "global";
    const auto found = root.find(name);
    if (found != root.end() && (object ? found->is_object() : found->is_array())) continue;
    checker.add(name, found == root.end() ? "is missing, it is required"
                                          : (object ? "must be an object" : "must be an array"));
    whole = false;
  }
  for (const auto& [name, value] : root.items()) {
    if (name != "global" && name != "captures" && name != "annotations") {
      checker.add(name, "is none of global, captures and annotations");
    }
  }
  if (!whole) return checker.take();
  const json& global = root["global"];
  const std::uint64_t offset = count_or(global, "core:offset", 0);
  checker.take_extensions(global, "global");
  checker.check_object(global, kGlobalRules, "global");
  if (count_or(global, "core:num_channels", 1) == 0) {
    checker.add("global/core:num_channels", "is 0, must be at least 1");
  }
  if (global.value("core:metadata_only", json()) == json(true) && global.contains("core:dataset")) {
    checker.add("global/core:metadata_only", "is true beside core:dataset: one excludes the other");
  }
  checker.check_array(root["captures"], kCaptureRules, "captures", offset);
  checker.check_array(root["annotations"], kAnnotationRules, "annotations", offset);
  checker.check_edges(root["annotations"]);
  return checker.take();
}

Violations check_collection_rules(const json& root) {
  Checker checker;
  if (!root.is_object() || !root.contains("collection") || !root["collection"].is_object()) {
    checker.add("collection", "must be the file's one object");
    return checker.take();
  }
  const json& collection = root["collection"];
  checker.take_extensions(collection, "collection");
  checker.check_object(collection, kCollectionRules, "collection");
  checker.check_streams(collection);
  return checker.take();
}

Violations check_dataset_rules(const json& root, std::uint64_t bytes,
                               const std::string& file_name) {
  Checker checker;
  const json& global = root["global"];
  const json datatype = global.value("core:datatype", json());
  const auto sample =
      datatype.is_string() ? datatype_bytes(datatype.get<std::string>()) : std::nullopt;
  if (!sample) return checker.take();
  const std::uint64_t size =
      *sample * std::max<std::uint64_t>(1, count_or(global, "core:num_channels", 1));
  std::uint64_t foreign = count_or(global, "core:trailing_bytes", 0);
  for (const json& capture : root["captures"]) {
    if (capture.is_object()) foreign += std::min(bytes, count_or(capture, "core:header_bytes", 0));
  }
  if (foreign > 0 && file_name.ends_with(".sigmf-data")) {
    checker.add("dataset", "has headers or a trailer under a name that ends in .sigmf-data");
  }
  if (foreign > bytes || (bytes - foreign) % size != 0) {
    checker.add("dataset", "has " + std::to_string(bytes) + " bytes, of which " +
                               std::to_string(foreign) + " are no samples: no multiple of " +
                               std::to_string(size));
    return checker.take();
  }
  const std::uint64_t samples = (bytes - foreign) / size;
  const std::uint64_t offset = count_or(global, "core:offset", 0);
  for (const char* name : {"captures", "annotations"}) {
    for (std::size_t i = 0; i < root[name].size(); ++i) {
      const json& one = root[name][i];
      if (!one.is_object()) continue;
      const std::uint64_t start = count_or(one, "core:sample_start", 0);
      const std::uint64_t count = count_or(one, "core:sample_count", 0);
      const std::uint64_t from_offset = start < offset ? 0 : start - offset;
      if (from_offset <= samples && count <= samples - from_offset) continue;
      checker.add(std::string(name) + "[" + std::to_string(i) + "]",
                  "reaches beyond the dataset's " + std::to_string(samples) + " samples");
    }
  }
  return checker.take();
}

}  // namespace earshot::radio
