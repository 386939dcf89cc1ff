#include "cli/iq_output.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "cli/progress.h"
#include "cli/table.h"

namespace earshot::cli {
namespace {

constexpr std::uint64_t kPieceSamples = 1 << 18;  // Chosen: 2 MB of samples at a time.

void tell(const radio::Target& target, const radio::RecordingInfo& part, std::uint64_t clipped,
          const OutputOptions& options, const Context& context) {
  const std::vector<std::string> lost = radio::lost_in(target, part);
  if (context.machine_output()) {
    nlohmann::ordered_json line = {{"file", options.path},
                                   {"container", radio::container_name(target.container)},
                                   {"format", radio::format_name(target.format)},
                                   {"rate_hz", nullptr},
                                   {"sample_count", part.sample_count},
                                   {"captures", part.captures.size()},
                                   {"annotations", part.annotations.size()},
                                   {"clipped", clipped},
                                   {"lost", lost}};
    if (part.rate_hz) line["rate_hz"] = *part.rate_hz;
    std::printf("%s\n",
                line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return;
  }
  std::printf("%s: %llu samples of %s%s\n", options.path.c_str(),
              static_cast<unsigned long long>(part.sample_count),
              std::string(radio::format_name(target.format)).c_str(),
              part.rate_hz ? (" at " + show_hertz(*part.rate_hz)).c_str() : "");
  if (clipped > 0) {
    std::printf("clipped      %llu samples are beyond full scale of %s\n",
                static_cast<unsigned long long>(clipped),
                std::string(radio::format_name(target.format)).c_str());
  }
  for (const std::string& what : lost) std::printf("not kept     %s\n", what.c_str());
}

}  // namespace

void add_output_options(CLI::App& command, OutputOptions& options,
                        const std::string& format_option) {
  command
      .add_option(format_option, options.format,
                  "cf32, ci16 (cs16), ci8 (cs8) or cu8 [as the name or the samples say]")
      ->type_name("NAME");
  command
      .add_option("-o,--output", options.path,
                  ".sigmf-meta, .sigmf (archive), .wav, .sdriq, or raw samples")
      ->type_name("FILE")
      ->required();
}

Result<radio::Target> target_of(const OutputOptions& options, SampleFormat usual) {
  std::optional<SampleFormat> wanted;
  if (!options.format.empty()) {
    const Result<SampleFormat> format = radio::parse_format(options.format);
    if (!format) return fail(Errc::usage, "--to-format: " + format.error().detail);
    wanted = *format;
  }
  return radio::target_of(options.path, wanted, usual);
}

Result<void> write_part(const radio::RecordingInfo& source, std::uint64_t first,
                        const radio::RecordingInfo& part, const OutputOptions& options,
                        const Context& context) {
  const Result<radio::Target> target = target_of(options, source.format);
  if (!target) return fail(target.error());
  Result<std::unique_ptr<radio::RecordingSink>> sink = radio::open_sink(*target, part);
  if (!sink) return fail(sink.error());
  {
    Progress progress(context, "writing", part.sample_count);
    for (std::uint64_t at = 0; at < part.sample_count; at += kPieceSamples) {
      const std::uint64_t count = std::min(kPieceSamples, part.sample_count - at);
      const Result<radio::Samples> samples = radio::read_samples(source, first + at, count);
      if (!samples) return fail(samples.error());
      if (Result<void> written = (*sink)->write(*samples); !written) return written;
      progress.update(at + count);
    }
    if (Result<void> finished = (*sink)->finish(); !finished) return finished;
  }
  tell(*target, part, (*sink)->clipped(), options, context);
  return {};
}

}  // namespace earshot::cli
