#include <algorithm>
#include <tuple>

#include "radio/iq/sigmf_meta.h"

namespace earshot::radio {
namespace {

using nlohmann::json;

constexpr const char* kSigmfVersion = "1.2.6";      // Given: the specification's own version.
constexpr const char* kNamespaceVersion = "1.0.0";  // Of our keys.
constexpr const char* kPlaceKey = "core:geolocation";

json to_json(const Capture& capture, std::uint64_t offset) {
  json out = capture.extra;
  out["core:sample_start"] = capture.first_sample + offset;
  if (capture.header_bytes > 0) out["core:header_bytes"] = capture.header_bytes;
  if (capture.centre_hz) out["core:frequency"] = *capture.centre_hz;
  if (capture.time) {
    // Nanoseconds, and picoseconds only where they say something.
    out["core:datetime"] = to_iso8601(*capture.time, capture.time->picos % 1000 == 0 ? 9 : 12);
  }
  if (capture.place) {
    const Geodetic& place = *capture.place;
    // What else the point says stays, and so does a height that it does not say.
    if (json& point = out[kPlaceKey]; point.is_null()) {
      point = {{"type", "Point"},
               {"coordinates", {place.longitude_deg, place.latitude_deg, place.height_m}}};
    }
  }
  return out;
}

json to_json(const Annotation& annotation, std::uint64_t offset) {
  json out = annotation.extra;
  out["core:sample_start"] = annotation.first_sample + offset;
  if (annotation.sample_count > 0) out["core:sample_count"] = annotation.sample_count;
  if (annotation.low_hz != 0 || annotation.high_hz != 0) {
    out["core:freq_lower_edge"] = annotation.low_hz;
    out["core:freq_upper_edge"] = annotation.high_hz;
  }
  if (!annotation.label.empty()) out["core:label"] = annotation.label;
  if (!annotation.comment.empty()) out["core:comment"] = annotation.comment;
  return out;
}

}  // namespace

std::string datatype_of(SampleFormat format) {
  const bool wide = format == SampleFormat::ci16 || format == SampleFormat::cf32;
  return std::string(format_name(format)) + (wide ? "_le" : "");
}

void sort_annotations(RecordingInfo& recording) {
  std::sort(recording.annotations.begin(), recording.annotations.end(),
            [](const Annotation& a, const Annotation& b) {
              return std::tie(a.first_sample, a.sample_count, a.low_hz, a.label) <
                     std::tie(b.first_sample, b.sample_count, b.low_hz, b.label);
            });
}

json portable_global(const json& global) {
  json out = global;
  for (const char* key : {"core:dataset", "core:trailing_bytes", "core:offset",
                          "core:metadata_only", "core:sha512"}) {
    out.erase(key);
  }
  return out;
}

std::string format_sigmf_meta(const RecordingInfo& recording) {
  json root = {
      {"global", recording.global}, {"captures", json::array()}, {"annotations", json::array()}};
  const std::uint64_t offset = recording.global.value("core:offset", std::uint64_t{0});
  for (const Capture& capture : recording.captures) {
    root["captures"].push_back(to_json(capture, offset));
  }
  for (const Annotation& annotation : recording.annotations) {
    root["annotations"].push_back(to_json(annotation, offset));
  }
  // Text from outside that is not UTF-8 must not throw; the letters are replaced.
  return root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

void declare_namespace(nlohmann::json& global) {
  nlohmann::json& extensions = global["core:extensions"];
  if (!extensions.is_array()) extensions = nlohmann::json::array();
  const bool declared = std::any_of(extensions.begin(), extensions.end(), [](const auto& entry) {
    return entry.is_object() && entry.value("name", nlohmann::json()) == "earshot";
  });
  if (declared) return;
  extensions.push_back({{"name", "earshot"}, {"version", kNamespaceVersion}, {"optional", true}});
}

std::string finished_sigmf_meta(RecordingInfo& recording, const std::string& sha512) {
  recording.global["core:datatype"] = datatype_of(recording.format);
  recording.global["core:sample_rate"] = *recording.rate_hz;
  recording.global["core:version"] = kSigmfVersion;
  recording.global["core:sha512"] = sha512;
  recording.global[kSampleCountKey] = recording.sample_count;
  declare_namespace(recording.global);
  sort_annotations(recording);
  return format_sigmf_meta(recording);
}

}  // namespace earshot::radio
