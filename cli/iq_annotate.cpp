#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/decoding.h"
#include "cli/iq_commands.h"
#include "core/bytes.h"
#include "radio/iq/file.h"
#include "radio/iq/json_fields.h"
#include "radio/iq/sigmf_meta.h"

namespace earshot::cli {
namespace {

using nlohmann::json;

// Marks what is ours, so that a second run replaces it.
constexpr const char* kGenerator = "earshot iq annotate";

bool is_ours(const json& annotation) {
  return annotation.is_object() && annotation.value("core:generator", json()) == json(kGenerator);
}

double rounded(double value, double per_unit) { return std::round(value * per_unit) / per_unit; }

json annotation_of(const HeardFrame& heard, std::uint64_t offset, std::uint64_t sample_count) {
  const radio::Frame& frame = heard.frame;
  const auto last = static_cast<std::int64_t>(sample_count);
  const std::int64_t begin = std::clamp<std::int64_t>(std::llround(heard.start_sample), 0, last);
  const std::int64_t end =
      std::clamp<std::int64_t>(std::llround(heard.start_sample + frame.sample_count), begin, last);
  const double half_hz = frame.params.bandwidth_hz / 2;
  json out = {{"core:sample_start", static_cast<std::uint64_t>(begin) + offset},
              {"core:sample_count", static_cast<std::uint64_t>(end - begin)},
              {"core:freq_lower_edge", frame.frequency_hz - half_hz},
              {"core:freq_upper_edge", frame.frequency_hz + half_hz},
              {"core:label", frame_label(heard)},
              {"core:comment", "LoRa frame, payload " + to_hex(frame.payload)},
              {"core:generator", kGenerator},
              {"earshot:sf", frame.params.spreading_factor},
              {"earshot:payload", to_hex(frame.payload)},
              {"earshot:snr_db", rounded(frame.snr_db, 100)},
              {"earshot:rssi_dbfs", rounded(frame.rssi_dbfs, 100)},
              {"earshot:cfo_hz", rounded(frame.carrier_offset_hz, 10)}};
  if (frame.crc_ok) out["earshot:crc_ok"] = *frame.crc_ok;
  if (heard.time) out["earshot:time_utc"] = to_iso8601(*heard.time);
  return out;
}

// The metadata with our annotations exchanged for those of `heard`; everything else stays.
Result<std::string> annotated(const radio::RecordingInfo& recording,
                              const std::vector<HeardFrame>& heard) {
  const Result<std::string> text = radio::read_text_file(recording.meta_path, radio::kMaxMetaBytes);
  if (!text) return fail(text.error());
  Result<json> root = radio::parse_json(*text, recording.meta_path);
  if (!root) return fail(root.error());
  json& annotations = (*root)["annotations"];
  if (!annotations.is_array()) annotations = json::array();
  json kept = json::array();
  for (const json& annotation : annotations) {
    if (!is_ours(annotation)) kept.push_back(annotation);
  }
  const std::uint64_t offset = recording.global.value("core:offset", std::uint64_t{0});
  for (const HeardFrame& frame : heard) {
    kept.push_back(annotation_of(frame, offset, recording.sample_count));
  }
  std::stable_sort(kept.begin(), kept.end(), [](const json& a, const json& b) {
    return a["core:sample_start"].get<std::uint64_t>() <
           b["core:sample_start"].get<std::uint64_t>();
  });
  annotations = std::move(kept);
  if (!heard.empty()) radio::declare_namespace((*root)["global"]);
  return root->dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<void> run_annotate(const DecodeOptions& options, const Context& context) {
  const Result<radio::RecordingInfo> recording = open_recording(options.recording);
  if (!recording) return fail(recording.error());
  if (recording->meta_path.empty()) {
    return fail(Errc::usage, options.recording.path +
                                 ": has no .sigmf-meta to write into; `earshot iq convert` to one");
  }
  if (Result<void> intact = radio::check_dataset(*recording); !intact) return intact;
  const Result<std::vector<HeardFrame>> heard = hear_frames(*recording, options, context);
  if (!heard) return fail(heard.error());
  const Result<std::string> text = annotated(*recording, *heard);
  if (!text) return fail(text.error());
  if (Result<void> written = radio::write_file_whole(recording->meta_path, as_bytes(*text));
      !written) {
    return written;
  }
  if (context.machine_output()) {
    const nlohmann::ordered_json line = {{"file", recording->meta_path},
                                         {"annotations", heard->size()}};
    std::printf("%s\n",
                line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::printf("%s: %zu frames annotated\n", recording->meta_path.c_str(), heard->size());
  }
  return {};
}

}  // namespace

void add_iq_annotate(CLI::App& iq, Context& context) {
  auto options = std::make_shared<DecodeOptions>();
  CLI::App* command =
      add_command(iq, context, "annotate", "Write decoded frames into the .sigmf-meta",
                  [options, &context] { return run_annotate(*options, context); });
  add_decode_options(*command, *options);
}

}  // namespace earshot::cli
