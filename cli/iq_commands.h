// earshot iq: recordings in, frames out, and back. One file per command.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "cli/context.h"
#include "cli/css_options.h"
#include "radio/iq/recording.h"

namespace earshot::cli {

// What a file cannot say of itself, as options of every command that reads one.
struct RecordingOptions {
  std::string path;
  std::string format;
  std::optional<double> rate_hz;
  std::optional<double> freq_hz;
  std::string time;
  std::string member;  // Which recording of an archive or a collection.
};
void add_recording_options(CLI::App& command, RecordingOptions& options);
Result<radio::RecordingInfo> open_recording(const RecordingOptions& options);

void add_iq_info(CLI::App& iq, Context& context);
void add_iq_convert(CLI::App& iq, Context& context);
void add_iq_decode(CLI::App& iq, Context& context);
void add_iq_encode(CLI::App& iq, Context& context);
void add_iq_validate(CLI::App& iq, Context& context);
void add_iq_cut(CLI::App& iq, Context& context);
void add_iq_annotate(CLI::App& iq, Context& context);
void add_iq_waterfall(CLI::App& iq, Context& context);

}  // namespace earshot::cli
