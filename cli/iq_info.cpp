#include <algorithm>
#include <cstdio>

#include "cli/iq_commands.h"
#include "cli/table.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using radio::Annotation;
using radio::Capture;
using radio::Origin;
using radio::RecordingInfo;

template <class T>
ordered_json or_null(const std::optional<T>& value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json time_or_null(const std::optional<Instant>& time) {
  return time ? ordered_json(to_iso8601(*time)) : ordered_json(nullptr);
}

// As data and, after "from", for people.
struct OriginWords {
  const char* key;
  const char* words;
};
OriginWords words_of(Origin origin, const char* option) {
  switch (origin) {
    case Origin::unknown:
      return {"unknown", ""};
    case Origin::given:
      return {"given", option};
    case Origin::name:
      return {"name", "the name"};
    case Origin::metadata:
      return {"metadata", "the metadata"};
    case Origin::header:
      return {"header", "the file's header"};
    case Origin::auxi_chunk:
      return {"auxi", "the auxi chunk"};
  }
  return {"unknown", ""};
}

ordered_json origins_json(const radio::Origins& origins) {
  return {{"format", words_of(origins.format, "").key},
          {"rate", words_of(origins.rate, "").key},
          {"frequency", words_of(origins.frequency, "").key},
          {"time", words_of(origins.time, "").key}};
}

ordered_json to_json(const Capture& capture) {
  ordered_json out = {{"sample_start", capture.first_sample},
                      {"sample_count", capture.sample_count},
                      {"freq_hz", or_null(capture.centre_hz)},
                      {"time_utc", time_or_null(capture.time)},
                      {"place", nullptr},
                      {"extra", capture.extra}};
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
          {"comment", annotation.comment},
          {"extra", annotation.extra}};
}

ordered_json to_json(const RecordingInfo& recording) {
  const Capture& first = recording.captures.front();
  ordered_json out = {{"data", recording.data_path},
                      {"container", radio::container_name(recording.container)},
                      {"format", radio::format_name(recording.format)},
                      {"stored_as", radio::storage_name(recording.storage)},
                      {"rate_hz", or_null(recording.rate_hz)},
                      {"freq_hz", or_null(first.centre_hz)},
                      {"time_utc", time_or_null(first.time)},
                      {"sample_count", recording.sample_count},
                      {"seconds", nullptr},
                      {"sha512_checked", recording.global.contains("core:sha512")},
                      {"inferred", origins_json(recording.origins)},
                      {"notes", recording.notes},
                      {"captures", ordered_json::array()},
                      {"annotations", ordered_json::array()},
                      {"global", recording.global}};
  if (recording.rate_hz) {
    out["seconds"] = static_cast<double>(recording.sample_count) / *recording.rate_hz;
  }
  for (const Capture& capture : recording.captures) out["captures"].push_back(to_json(capture));
  for (const Annotation& annotation : recording.annotations) {
    out["annotations"].push_back(to_json(annotation));
  }
  return out;
}

void print_line(const ordered_json& line) {
  std::printf("%s\n", line.dump(-1, ' ', false, ordered_json::error_handler_t::replace).c_str());
}

constexpr std::size_t kMostRows = 40;  // Chosen: a screen.

std::string and_more(std::size_t all) {
  if (all <= kMostRows) return "";
  return "and " + std::to_string(all - kMostRows) + " more (--json)\n";
}

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
  return table.text() + and_more(recording.captures.size());
}

std::string annotations_table(const RecordingInfo& recording) {
  if (recording.annotations.empty()) return "";
  Table table({"annotation", ">first sample", ">samples", ">from", ">to", "label"});
  for (std::size_t i = 0; i < std::min(recording.annotations.size(), kMostRows); ++i) {
    const Annotation& annotation = recording.annotations[i];
    const bool edges = annotation.low_hz != 0 || annotation.high_hz != 0;
    table.add({std::to_string(i), std::to_string(annotation.first_sample),
               std::to_string(annotation.sample_count), edges ? show_hertz(annotation.low_hz) : "",
               edges ? show_hertz(annotation.high_hz) : "", annotation.label});
  }
  return "\n" + table.text() + and_more(recording.annotations.size());
}

// Value and source of one parameter, or how to say what nobody does.
void print_known(const char* name, const std::string& value, Origin origin, const char* option) {
  if (origin == Origin::unknown) {
    std::printf("%-12s unknown: say it with %s\n", name, option);
  } else {
    std::printf("%-12s %s, from %s\n", name, value.c_str(), words_of(origin, option).words);
  }
}

std::string format_words(const RecordingInfo& recording) {
  std::string words(radio::storage_name(recording.storage));
  if (radio::storage_of(recording.format) != recording.storage) {
    words += " (read as " + std::string(radio::format_name(recording.format)) + ")";
  }
  return words;
}

void print_for_people(const RecordingInfo& recording) {
  const Capture& first = recording.captures.front();
  const radio::Origins& origins = recording.origins;
  std::printf("%-12s %s (%s)\n", "data", recording.data_path.c_str(),
              std::string(radio::container_name(recording.container)).c_str());
  print_known("format", format_words(recording), origins.format, "--format");
  print_known("rate", show_rate(recording.rate_hz.value_or(0)), origins.rate, "--rate");
  print_known("frequency", show_hertz(first.centre_hz.value_or(0)), origins.frequency, "--freq");
  print_known("time", to_iso8601(first.time.value_or(Instant{})), origins.time, "--time");
  std::printf("%-12s %llu", "samples", static_cast<unsigned long long>(recording.sample_count));
  if (recording.rate_hz) {
    std::printf(" (%.6g s)", static_cast<double>(recording.sample_count) / *recording.rate_hz);
  }
  std::printf("\n%-12s %s\n", "integrity",
              recording.global.contains("core:sha512") ? "SHA-512 agrees with the metadata"
                                                       : "length only: no SHA-512 is claimed");
  for (const std::string& note : recording.notes) {
    std::printf("%-12s %s\n", "note", note.c_str());
  }
  std::printf("\n%s%s", captures_table(recording).c_str(), annotations_table(recording).c_str());
}

Result<RecordingInfo> open_whole(const RecordingOptions& options) {
  Result<RecordingInfo> recording = open_recording(options);
  if (!recording) return recording;
  if (Result<void> intact = radio::check_dataset(*recording); !intact) {
    return fail(intact.error());
  }
  return recording;
}

// An archive or a collection of several: a line for each.
Result<void> show_members(const RecordingOptions& options, const std::vector<std::string>& names,
                          const Context& context) {
  Table table({"recording", "format", ">rate", ">centre", "time (UTC)", ">samples"});
  ordered_json all = ordered_json::array();
  for (const std::string& name : names) {
    RecordingOptions one = options;
    one.member = name;
    const Result<RecordingInfo> recording = open_whole(one);
    if (!recording) return fail(recording.error());
    const Capture& first = recording->captures.front();
    table.add({name, std::string(radio::storage_name(recording->storage)),
               recording->rate_hz ? show_rate(*recording->rate_hz) : "unknown",
               first.centre_hz ? show_hertz(*first.centre_hz) : "unknown",
               first.time ? to_iso8601(*first.time) : "unknown",
               std::to_string(recording->sample_count)});
    all.push_back(to_json(*recording));
    all.back()["recording"] = name;
  }
  if (context.machine_output()) {
    print_line({{"data", options.path}, {"recordings", all}});
  } else {
    std::printf("%s", table.text().c_str());
  }
  return {};
}

Result<void> run_info(const RecordingOptions& options, const Context& context) {
  const Result<std::vector<std::string>> members = radio::recordings_in(options.path);
  if (!members) return fail(members.error());
  if (members->size() > 1 && options.member.empty()) {
    return show_members(options, *members, context);
  }
  const Result<RecordingInfo> recording = open_whole(options);
  if (!recording) return fail(recording.error());
  if (context.machine_output()) {
    print_line(to_json(*recording));
  } else {
    print_for_people(*recording);
  }
  return {};
}

}  // namespace

void add_iq_info(CLI::App& iq, Context& context) {
  auto options = std::make_shared<RecordingOptions>();
  CLI::App* command = add_command(iq, context, "info",
                                  "What a recording is, how that is known, and whether it is whole",
                                  [options, &context] { return run_info(*options, context); });
  add_recording_options(*command, *options);
}

}  // namespace earshot::cli
