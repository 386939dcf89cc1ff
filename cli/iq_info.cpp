#include <algorithm>
#include <cstdio>

#include "cli/iq_commands.h"
#include "cli/table.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using radio::Annotation;
using radio::Capture;
using radio::RecordingInfo;

template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json to_json(const Capture& capture) {
  ordered_json out = {{"sample_start", capture.first_sample},
                      {"sample_count", capture.sample_count},
                      {"freq_hz", or_null(capture.centre_hz)}};
  out["time_utc"] = capture.time ? ordered_json(to_iso8601(*capture.time)) : ordered_json(nullptr);
  out["place"] = nullptr;
  if (capture.place) {
    out["place"] = {{"latitude", capture.place->latitude_deg},
                    {"longitude", capture.place->longitude_deg},
                    {"height_m", capture.place->height_m}};
  }
  return out;
}

ordered_json to_json(const Annotation& annotation) {
  return {{"sample_start", annotation.first_sample},
          {"sample_count", annotation.sample_count},
          {"freq_low_hz", annotation.low_hz},
          {"freq_high_hz", annotation.high_hz},
          {"label", annotation.label},
          {"comment", annotation.comment}};
}

ordered_json to_json(const RecordingInfo& recording) {
  ordered_json out = {{"data", recording.data_path},
                      {"format", radio::format_name(recording.format)},
                      {"rate_hz", or_null(recording.rate_hz)},
                      {"sample_count", recording.sample_count},
                      {"seconds", nullptr},
                      {"sha512_checked", recording.global.contains("core:sha512")},
                      {"captures", ordered_json::array()},
                      {"annotations", ordered_json::array()},
                      {"global", recording.global},
                      {"inferred", recording.inferred}};
  if (recording.rate_hz) {
    out["seconds"] = static_cast<double>(recording.sample_count) / *recording.rate_hz;
  }
  for (const Capture& capture : recording.captures) out["captures"].push_back(to_json(capture));
  for (const Annotation& annotation : recording.annotations) {
    out["annotations"].push_back(to_json(annotation));
  }
  return out;
}

constexpr std::size_t kMostRows = 40;  // Chosen: a screen.

std::string captures_table(const RecordingInfo& recording) {
  Table table({"capture", ">first sample", ">samples", ">centre", "time (UTC)", "place"});
  for (std::size_t i = 0; i < std::min(recording.captures.size(), kMostRows); ++i) {
    const Capture& capture = recording.captures[i];
    table.add({std::to_string(i), std::to_string(capture.first_sample),
               std::to_string(capture.sample_count),
               capture.centre_hz ? show_hertz(*capture.centre_hz) : "unknown",
               capture.time ? to_iso8601(*capture.time) : "unknown",
               capture.place ? show_fixed(capture.place->latitude_deg, 6) + ", " +
                                   show_fixed(capture.place->longitude_deg, 6)
                             : "unknown"});
  }
  const std::size_t more =
      recording.captures.size() - std::min(recording.captures.size(), kMostRows);
  return table.text() + (more > 0 ? "and " + std::to_string(more) + " more (--json)\n" : "");
}

void print_for_people(const RecordingInfo& recording) {
  std::printf("data         %s\n", recording.data_path.c_str());
  std::printf("format       %s\n", std::string(radio::format_name(recording.format)).c_str());
  std::printf("rate         %s\n",
              recording.rate_hz ? show_hertz(*recording.rate_hz).c_str() : "unknown: use --rate");
  std::printf("samples      %llu", static_cast<unsigned long long>(recording.sample_count));
  if (recording.rate_hz) {
    std::printf(" (%.3f s)", static_cast<double>(recording.sample_count) / *recording.rate_hz);
  }
  std::printf("\nannotations  %zu\n", recording.annotations.size());
  std::printf("integrity    %s\n", recording.global.contains("core:sha512")
                                       ? "SHA-512 agrees with the metadata"
                                       : "length only: no SHA-512 is claimed");
  std::printf("known from   %s\n\n%s", recording.inferred.c_str(),
              captures_table(recording).c_str());
}

Result<void> run_info(const RecordingOptions& options, const Context& context) {
  const Result<RecordingInfo> recording = open_recording(options);
  if (!recording) return fail(recording.error());
  if (Result<void> intact = radio::check_dataset(*recording); !intact) return intact;
  if (context.machine_output()) {
    const std::string line =
        to_json(*recording).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    std::printf("%s\n", line.c_str());
  } else {
    print_for_people(*recording);
  }
  return {};
}

}  // namespace

void add_iq_info(CLI::App& iq, Context& context) {
  auto options = std::make_shared<RecordingOptions>();
  CLI::App* command =
      add_command(iq, context, "info", "What a recording is, and whether it is whole",
                  [options, &context] { return run_info(*options, context); });
  add_recording_options(*command, *options);
}

}  // namespace earshot::cli
