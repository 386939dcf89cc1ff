#include "cli/iq_commands.h"

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/quantity.h"

namespace earshot::cli {

void add_recording_options(CLI::App& command, RecordingOptions& options) {
  command
      .add_option("FILE", options.path,
                  "SigMF (.sigmf-meta, .sigmf, .sigmf-collection), .wav, .sdriq or raw samples")
      ->required();
  command
      .add_option("--format", options.format, "Of raw samples: cf32, ci16 (cs16), ci8 (cs8), cu8")
      ->type_name("NAME");
  add_hertz_option(command, "--rate", options.rate_hz, "Sample rate; wins over what the file says",
                   1);
  add_hertz_option(command, "--freq", options.freq_hz,
                   "Centre frequency; wins over what the file says", 0);
  command.add_option("--time", options.time, "UTC of the first sample: 2026-11-22T08:00:00Z")
      ->type_name("ISO");
  command.add_option("--recording", options.member, "Which one of an archive or a collection")
      ->type_name("NAME");
}

Result<radio::RecordingInfo> open_recording(const RecordingOptions& options) {
  radio::RawHints hints;
  if (!options.format.empty()) {
    const Result<SampleFormat> format = radio::parse_format(options.format);
    if (!format) return fail(Errc::usage, "--format: " + format.error().detail);
    hints.format = *format;
  }
  if (!options.time.empty()) {
    const Result<Instant> time = from_iso8601(options.time);
    if (!time) return fail(Errc::usage, "--time: " + time.error().detail);
    hints.time = *time;
  }
  hints.rate_hz = options.rate_hz;
  hints.centre_hz = options.freq_hz;
  hints.member = options.member;
  return radio::open_recording(options.path, hints);
}

void add_iq_commands(CLI::App& root, Context& context) {
  CLI::App* iq = add_group(root, "iq", "Recordings: look into them, decode and make frames");
  add_iq_info(*iq, context);
  add_iq_convert(*iq, context);
  add_iq_decode(*iq, context);
  add_iq_encode(*iq, context);
  add_iq_validate(*iq, context);
  add_iq_cut(*iq, context);
  add_iq_annotate(*iq, context);
  add_iq_waterfall(*iq, context);
}

}  // namespace earshot::cli
