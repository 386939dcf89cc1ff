#include <CLI/CLI.hpp>

#include "cli/iq_output.h"

namespace earshot::cli {
namespace {

struct ConvertOptions {
  RecordingOptions recording;
  OutputOptions output;
};

Result<void> run_convert(const ConvertOptions& options, const Context& context) {
  const Result<radio::RecordingInfo> recording = open_recording(options.recording);
  if (!recording) return fail(recording.error());
  if (Result<void> intact = radio::check_dataset(*recording); !intact) return intact;
  return write_part(*recording, 0, *recording, options.output, context);
}

}  // namespace

void add_iq_convert(CLI::App& iq, Context& context) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App* command =
      add_command(iq, context, "convert", "Write a recording in another form, metadata and all",
                  [options, &context] { return run_convert(*options, context); });
  add_recording_options(*command, options->recording);
  add_output_options(*command, options->output, "--to-format");
}

}  // namespace earshot::cli
