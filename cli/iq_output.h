// Recordings out of commands: what is written where, and what is said of it.
#pragma once
#include <optional>
#include <string>

#include "cli/iq_commands.h"
#include "radio/iq/sink.h"

namespace earshot::cli {

struct OutputOptions {
  std::string path;
  std::string format;  // Empty: as the file's suffix says, else as the samples are.
};
void add_output_options(CLI::App& command, OutputOptions& options,
                        const std::string& format_option);

// Errc::usage names the option.
Result<radio::Target> target_of(const OutputOptions& options, SampleFormat usual);

// Writes `part`, whose first sample is sample `first` of `source`, and tells what was written, what
// was clipped and what the file cannot hold. Shows progress.
Result<void> write_part(const radio::RecordingInfo& source, std::uint64_t first,
                        const radio::RecordingInfo& part, const OutputOptions& options,
                        const Context& context);

}  // namespace earshot::cli
