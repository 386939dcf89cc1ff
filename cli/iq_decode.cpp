#include <cstdio>

#include "cli/decoding.h"
#include "cli/frame_output.h"
#include "cli/iq_commands.h"

namespace earshot::cli {
namespace {

using radio::RecordingInfo;

Result<void> run_decode(const DecodeOptions& options, const Context& context) {
  const Result<RecordingInfo> recording = open_recording(options.recording);
  if (!recording) return fail(recording.error());
  if (Result<void> intact = radio::check_dataset(*recording); !intact) return intact;
  const Result<std::vector<HeardFrame>> heard = hear_frames(*recording, options, context);
  if (!heard) return fail(heard.error());
  if (context.machine_output()) {
    for (const HeardFrame& frame : *heard) std::printf("%s\n", json_line(frame).c_str());
  } else {
    std::fputs(frame_table(*heard).c_str(), stdout);
  }
  return {};
}

}  // namespace

void add_iq_decode(CLI::App& iq, Context& context) {
  auto options = std::make_shared<DecodeOptions>();
  CLI::App* command =
      add_command(iq, context, "decode", "Find and decode the LoRa frames of a recording",
                  [options, &context] { return run_decode(*options, context); });
  add_decode_options(*command, *options);
}

}  // namespace earshot::cli
