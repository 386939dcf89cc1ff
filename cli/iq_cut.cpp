#include <CLI/CLI.hpp>
#include <cmath>

#include "cli/iq_output.h"
#include "radio/iq/cut.h"

namespace earshot::cli {
namespace {

struct CutOptions {
  RecordingOptions recording;
  OutputOptions output;
  std::optional<double> from_s, to_s;
  std::optional<std::uint64_t> start, count;
};

struct Range {
  std::uint64_t first = 0, count = 0;
};

Result<Range> range_in_seconds(const CutOptions& options, const radio::RecordingInfo& recording) {
  if (!recording.rate_hz) {
    return fail(Errc::usage,
                recording.data_path + ": does not say its sample rate; give it with --rate");
  }
  const double all_s = static_cast<double>(recording.sample_count) / *recording.rate_hz;
  const double from_s = options.from_s.value_or(0);
  const double to_s = options.to_s.value_or(all_s);
  if (!(from_s >= 0 && from_s < to_s && to_s <= all_s + 0.5 / *recording.rate_hz)) {
    return fail(Errc::usage, "--from " + std::to_string(from_s) + " --to " + std::to_string(to_s) +
                                 " is no part of a recording of " + std::to_string(all_s) + " s");
  }
  const auto first = static_cast<std::uint64_t>(std::llround(from_s * *recording.rate_hz));
  const auto end = std::min(static_cast<std::uint64_t>(std::llround(to_s * *recording.rate_hz)),
                            recording.sample_count);
  if (end <= first) return fail(Errc::usage, "--from and --to are less than a sample apart");
  return Range{first, end - first};
}

Result<Range> range_of(const CutOptions& options, const radio::RecordingInfo& recording) {
  const bool seconds = options.from_s || options.to_s;
  const bool samples = options.start || options.count;
  if (seconds == samples) {
    return fail(Errc::usage,
                "say what to cut out, in seconds (--from, --to) or in samples "
                "(--start-sample, --count)");
  }
  if (seconds) return range_in_seconds(options, recording);
  const std::uint64_t all = recording.sample_count;
  const std::uint64_t first = options.start.value_or(0);
  const std::uint64_t count = options.count.value_or(first < all ? all - first : 0);
  if (first >= all || count == 0 || count > all - first) {
    return fail(Errc::usage, "--start-sample " + std::to_string(first) + " --count " +
                                 std::to_string(count) + " is no part of a recording of " +
                                 std::to_string(all) + " samples");
  }
  return Range{first, count};
}

Result<void> run_cut(const CutOptions& options, const Context& context) {
  const Result<radio::RecordingInfo> recording = open_recording(options.recording);
  if (!recording) return fail(recording.error());
  const Result<Range> range = range_of(options, *recording);
  if (!range) return fail(range.error());
  const radio::RecordingInfo part = radio::cut_out(*recording, range->first, range->count);
  return write_part(*recording, range->first, part, options.output, context);
}

}  // namespace

void add_iq_cut(CLI::App& iq, Context& context) {
  auto options = std::make_shared<CutOptions>();
  CLI::App* command =
      add_command(iq, context, "cut", "Write a part of a recording, its metadata adjusted",
                  [options, &context] { return run_cut(*options, context); });
  add_recording_options(*command, options->recording);
  command->add_option("--from", options->from_s, "Begin, in seconds from the first sample [0]")
      ->type_name("S");
  command->add_option("--to", options->to_s, "End, in seconds from the first sample [the end]")
      ->type_name("S");
  command->add_option("--start-sample", options->start, "Begin, in samples [0]")->type_name("N");
  command->add_option("--count", options->count, "How many samples [to the end]")->type_name("N");
  add_output_options(*command, options->output, "--to-format");
}

}  // namespace earshot::cli
