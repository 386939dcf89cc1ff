#include "radio/iq/sigmf_meta.h"

#include <algorithm>
#include <cmath>

#include "radio/iq/json_fields.h"

namespace earshot::radio {
namespace {

using nlohmann::json;

constexpr const char* kOffsetKey = "core:offset";
constexpr const char* kPlaceKey = "core:geolocation";
constexpr const char* kPlaceForm = "must be a GeoJSON Point [longitude, latitude, height]";
constexpr const char* kAllowedDatatypes = "ci8, cu8, ci16_le, cf32_le, ci32_le or cf64_le";

Result<Storage> read_datatype(const Fields& global) {
  const Result<std::optional<std::string>> datatype = global.text("core:datatype");
  if (!datatype) return fail(datatype.error());
  if (!*datatype) return global.error("core:datatype", "is missing, must be set");
  const Result<Storage> storage = parse_datatype(**datatype);
  if (!storage) return global.error("core:datatype", storage.error().detail);
  return *storage;
}

// What the specification allows and we do not read.
Result<void> refuse_unread_forms(const Fields& global) {
  const auto channels = global.count("core:num_channels");
  if (!channels) return fail(channels.error());
  if (channels->value_or(1) != 1) {
    return global.error("core:num_channels",
                        "is " + std::to_string(**channels) + ", only 1 is read");
  }
  if (global.object().value("core:metadata_only", json(false)) == json(true)) {
    return global.error("core:metadata_only", "is true: there are no samples to read");
  }
  return {};
}

Result<void> read_global(const Fields& global, RecordingInfo& recording) {
  const auto version = global.text("core:version");
  if (!version) return fail(version.error());
  if (!*version) return global.error("core:version", "is missing, must be set");
  if ((*version)->rfind("1.", 0) != 0 && (*version)->rfind("0.", 0) != 0) {
    return global.error("core:version", "is \"" + **version + "\", versions 0 and 1 are read");
  }
  const Result<Storage> storage = read_datatype(global);
  if (!storage) return fail(storage.error());
  recording.storage = *storage;
  recording.format = nearest_format(*storage);
  if (Result<void> readable = refuse_unread_forms(global); !readable) return readable;
  const auto rate = global.number("core:sample_rate");
  if (!rate) return fail(rate.error());
  if (*rate && !(**rate > 0)) return global.error("core:sample_rate", "must be above 0");
  recording.rate_hz = *rate;
  const auto dataset = global.text("core:dataset");
  if (!dataset) return fail(dataset.error());
  recording.data_path = dataset->value_or("");
  if (recording.data_path.find('/') != std::string::npos || recording.data_path == "..") {
    return global.error("core:dataset", "must be a plain file name beside the metadata");
  }
  if (const auto claimed = global.count(kSampleCountKey); !claimed) return fail(claimed.error());
  if (const auto offset = global.count(kOffsetKey); !offset) return fail(offset.error());
  const auto trailing = global.count("core:trailing_bytes");
  if (!trailing) return fail(trailing.error());
  recording.trailing_bytes = trailing->value_or(0);
  recording.global = global.object();
  return {};
}

Result<std::optional<Geodetic>> read_place(const Fields& capture) {
  const json& object = capture.object();
  if (!object.contains(kPlaceKey)) return std::optional<Geodetic>();
  const json& point = object[kPlaceKey];
  if (!point.is_object() || point.value("type", json()) != json("Point") ||
      !point.contains("coordinates")) {
    return capture.error(kPlaceKey, kPlaceForm);
  }
  const json& numbers = point["coordinates"];
  const bool numeric = numbers.is_array() && numbers.size() >= 2 && numbers.size() <= 3 &&
                       std::all_of(numbers.begin(), numbers.end(),
                                   [](const json& number) { return number.is_number(); });
  if (!numeric) return capture.error(kPlaceKey, kPlaceForm);
  const Geodetic place = {numbers[1].get<double>(), numbers[0].get<double>(),
                          numbers.size() == 3 ? numbers[2].get<double>() : 0.0};
  if (std::abs(place.latitude_deg) > 90 || std::abs(place.longitude_deg) > 180) {
    return capture.error(kPlaceKey,
                         "is not on earth: latitude within 90, longitude within 180 degrees");
  }
  return std::optional<Geodetic>(place);
}

// Indices are absolute, also where the dataset begins at a later sample of its stream.
Result<std::uint64_t> read_start(const Fields& fields, std::uint64_t offset) {
  const auto start = fields.count("core:sample_start");
  if (!start) return fail(start.error());
  if (!*start) return fields.error("core:sample_start", "is missing, must be set");
  if (**start < offset) {
    return fields.error("core:sample_start", "is " + std::to_string(**start) +
                                                 ", must not be below core:offset (" +
                                                 std::to_string(offset) + ")");
  }
  return **start - offset;
}

Result<Capture> read_capture(const Fields& fields, std::uint64_t offset) {
  Capture capture;
  const Result<std::uint64_t> start = read_start(fields, offset);
  if (!start) return fail(start.error());
  capture.first_sample = *start;
  const auto header = fields.count("core:header_bytes");
  if (!header) return fail(header.error());
  capture.header_bytes = header->value_or(0);
  const auto frequency = fields.number("core:frequency");
  if (!frequency) return fail(frequency.error());
  capture.centre_hz = *frequency;
  const auto datetime = fields.text("core:datetime");
  if (!datetime) return fail(datetime.error());
  if (*datetime) {
    const Result<Instant> time = from_iso8601(**datetime);
    if (!time) return fields.error("core:datetime", time.error().detail);
    capture.time = *time;
  }
  const auto place = read_place(fields);
  if (!place) return fail(place.error());
  capture.place = *place;
  capture.extra = fields.object();
  for (const char* known :
       {"core:sample_start", "core:header_bytes", "core:frequency", "core:datetime"}) {
    capture.extra.erase(known);
  }
  return capture;
}

std::uint64_t offset_of(const json& global) { return global.value(kOffsetKey, std::uint64_t{0}); }

Result<void> read_captures(const json& array, const std::string& where, RecordingInfo& recording) {
  const std::uint64_t offset = offset_of(recording.global);
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string name = where + ": captures[" + std::to_string(i) + "]";
    if (!array[i].is_object()) return fail(Errc::bad_data, name + " is not an object");
    const Fields fields(array[i], name);
    Result<Capture> capture = read_capture(fields, offset);
    if (!capture) return fail(capture.error());
    if (i > 0 && capture->first_sample <= recording.captures.back().first_sample) {
      return fields.error("core:sample_start",
                          "is " + std::to_string(capture->first_sample) +
                              ", must be above that of the capture before (" +
                              std::to_string(recording.captures.back().first_sample) + ")");
    }
    recording.captures.push_back(std::move(*capture));
  }
  // The specification: no capture means one of everything. Samples before the first belong to none.
  if (recording.captures.empty() || recording.captures.front().first_sample > 0) {
    recording.captures.insert(recording.captures.begin(), Capture{});
  }
  return {};
}

Result<Annotation> read_annotation(const Fields& fields, std::uint64_t offset) {
  Annotation annotation;
  const Result<std::uint64_t> start = read_start(fields, offset);
  const auto count = fields.count("core:sample_count");
  const auto low = fields.number("core:freq_lower_edge");
  const auto high = fields.number("core:freq_upper_edge");
  const auto label = fields.text("core:label");
  const auto comment = fields.text("core:comment");
  if (!start) return fail(start.error());
  if (!count) return fail(count.error());
  if (!low) return fail(low.error());
  if (!high) return fail(high.error());
  if (!label) return fail(label.error());
  if (!comment) return fail(comment.error());
  if (low->has_value() != high->has_value()) {
    return fields.error("core:freq_lower_edge", "and core:freq_upper_edge come together or not");
  }
  annotation = {*start,
                count->value_or(0),
                low->value_or(0),
                high->value_or(0),
                label->value_or(""),
                comment->value_or(""),
                fields.object()};
  for (const char* known : {"core:sample_start", "core:sample_count", "core:freq_lower_edge",
                            "core:freq_upper_edge", "core:label", "core:comment"}) {
    annotation.extra.erase(known);
  }
  return annotation;
}

Result<void> read_annotations(const json& array, const std::string& where,
                              RecordingInfo& recording) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string name = where + ": annotations[" + std::to_string(i) + "]";
    if (!array[i].is_object()) return fail(Errc::bad_data, name + " is not an object");
    Result<Annotation> annotation =
        read_annotation(Fields(array[i], name), offset_of(recording.global));
    if (!annotation) return fail(annotation.error());
    recording.annotations.push_back(std::move(*annotation));
  }
  return {};
}

// The three parts, each of its type; annotations may be missing in what others write.
Result<json> read_parts(std::string_view text, const std::string& where) {
  Result<json> root = parse_json(text, where);
  if (!root) return root;
  if (!root->is_object()) return fail(Errc::bad_data, where + ": is not a JSON object");
  if (!root->contains("annotations")) (*root)["annotations"] = json::array();
  for (const char* name : {"global", "captures", "annotations"}) {
    const bool is_global = std::string_view(name) == "global";
    if (!root->contains(name) ||
        (is_global ? !(*root)[name].is_object() : !(*root)[name].is_array())) {
      return fail(Errc::bad_data, where + ": \"" + name + "\" is missing or not an " +
                                      (is_global ? "object" : "array"));
    }
  }
  return root;
}

}  // namespace

Result<Storage> parse_datatype(const std::string& datatype) {
  const auto unread = [&](const std::string& why) {
    return fail(Errc::bad_data,
                "is \"" + datatype + "\": " + why + "; " + kAllowedDatatypes + " are read");
  };
  if (datatype.size() > 1 && datatype[0] == 'r') return unread("real-valued samples");
  if (datatype.ends_with("_be")) return unread("big-endian samples");
  const std::string_view plain =
      std::string_view(datatype).substr(0, datatype.size() - (datatype.ends_with("_le") ? 3 : 0));
  for (const Storage storage :
       {Storage::ci8, Storage::cu8, Storage::ci16, Storage::cf32, Storage::ci32, Storage::cf64}) {
    if (plain == storage_name(storage)) return storage;
  }
  return unread("not known");
}

Result<RecordingInfo> parse_sigmf_meta(std::string_view text, const std::string& where) {
  const Result<json> root = read_parts(text, where);
  if (!root) return fail(root.error());
  RecordingInfo recording;
  Result<void> step = read_global(Fields((*root)["global"], where + ": global"), recording);
  if (step) step = read_captures((*root)["captures"], where, recording);
  if (step) step = read_annotations((*root)["annotations"], where, recording);
  if (!step) return fail(step.error());
  sort_annotations(recording);
  return recording;
}

Result<void> fit_to_data(RecordingInfo& recording, std::uint64_t sample_count,
                         const std::string& where) {
  const auto does_not_fit = [&](const std::string& what) {
    return fail(Errc::bad_data, where + ": " + what + ", the data holds " +
                                    std::to_string(sample_count) +
                                    " samples: truncated, or of another recording");
  };
  const std::uint64_t claimed = recording.global.value(kSampleCountKey, sample_count);
  if (claimed != sample_count) {
    return does_not_fit(kSampleCountKey + std::string(" says ") + std::to_string(claimed));
  }
  for (std::size_t i = 0; i < recording.captures.size(); ++i) {
    Capture& capture = recording.captures[i];
    if (capture.first_sample >= sample_count) {
      return does_not_fit("a capture starts at sample " + std::to_string(capture.first_sample));
    }
    const bool last = i + 1 == recording.captures.size();
    const std::uint64_t end = last ? sample_count : recording.captures[i + 1].first_sample;
    capture.sample_count = std::min(end, sample_count) - capture.first_sample;
  }
  for (const Annotation& annotation : recording.annotations) {
    if (annotation.first_sample > sample_count ||
        annotation.sample_count > sample_count - annotation.first_sample) {
      return does_not_fit("the annotation at sample " + std::to_string(annotation.first_sample) +
                          " has " + std::to_string(annotation.sample_count));
    }
  }
  recording.sample_count = sample_count;
  return {};
}

Result<std::uint64_t> count_samples(const RecordingInfo& recording, std::uint64_t bytes) {
  const auto refuse = [&](const std::string& why) {
    return fail(Errc::bad_data, recording.data_path + ": " + why);
  };
  if (bytes == 0) return refuse("is empty");
  std::uint64_t left = bytes;
  const auto take = [&left](std::uint64_t count) {
    const bool enough = count <= left;
    left -= enough ? count : left;
    return enough;
  };
  bool enough = take(recording.trailing_bytes);
  for (const Capture& capture : recording.captures) enough = take(capture.header_bytes) && enough;
  if (!enough) return refuse("is shorter than the headers in it: truncated");
  const std::uint64_t size = bytes_per_sample(recording.storage);
  if (left % size != 0) {
    return refuse("has " + std::to_string(left) + " bytes, which is no multiple of " +
                  std::to_string(size) + " (" + std::string(storage_name(recording.storage)) +
                  "): truncated, or of another format");
  }
  if (left == 0) return refuse("has no samples");
  return left / size;
}

}  // namespace earshot::radio
