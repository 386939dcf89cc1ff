#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "cli/iq_commands.h"
#include "cli/quantity.h"
#include "core/bytes.h"
#include "radio/css/waveform.h"

namespace earshot::cli {
namespace {

using radio::CssParams;

// Chosen: 6 dB of headroom for what a person adds to the frame afterwards.
constexpr float kAmplitude = 0.5F;
constexpr const char* kMetaSuffix = ".sigmf-meta";

struct EncodeOptions {
  CssOptions css;
  std::string payload_hex;
  std::optional<double> rate_hz;  // Nothing: the bandwidth.
  std::string format;
  std::string output;
};

// What is written where, found out before anything is.
struct Target {
  SampleFormat format = SampleFormat::cf32;
  bool sigmf = false;
  std::string path;  // Of a SigMF recording: the stem.
};

Result<Target> target_of(const EncodeOptions& options) {
  Target target;
  target.path = options.output;
  for (const char* suffix : {kMetaSuffix, ".sigmf-data"}) {
    if (!options.output.ends_with(suffix)) continue;
    target.sigmf = true;
    target.path.resize(target.path.size() - std::string_view(suffix).size());
  }
  std::string name = options.format;
  if (name.empty() && !target.sigmf) {
    const std::size_t dot = target.path.rfind('.');
    const std::size_t slash = target.path.rfind('/');
    const bool has_suffix = dot != std::string::npos && (slash == std::string::npos || dot > slash);
    if (has_suffix && radio::parse_format(target.path.substr(dot + 1))) {
      name = target.path.substr(dot + 1);
    }
  }
  if (name.empty()) return target;  // cf32, which loses nothing.
  const Result<SampleFormat> format = radio::parse_format(name);
  if (!format) return fail(Errc::usage, "--format: " + format.error().detail);
  target.format = *format;
  return target;
}

std::string describe(const CssParams& params, std::size_t payload_bytes) {
  return "SF" + std::to_string(params.spreading_factor) + " BW" +
         std::to_string(std::lround(params.bandwidth_hz / 1e3)) + " CR4/" +
         std::to_string(params.coding_rate + 4) + " " + std::to_string(payload_bytes) + " bytes";
}

Result<void> write_sigmf(const Target& target, const CssParams& params, double rate_hz,
                         ByteView samples, ByteView payload) {
  Result<radio::SigmfWriter> writer = radio::SigmfWriter::create(
      target.path, target.format, rate_hz, {{"core:recorder", "earshot iq encode"}});
  if (!writer) return fail(writer.error());
  if (Result<void> added = writer->add_capture({}, samples); !added) return added;
  const std::uint64_t count = samples.size() / radio::bytes_per_sample(target.format);
  writer->annotate({0,
                    count,
                    -params.bandwidth_hz / 2,
                    params.bandwidth_hz / 2,
                    describe(params, payload.size()),
                    "",
                    {{"earshot:payload", to_hex(payload)}}});
  return writer->finish();
}

Result<void> run_encode(const EncodeOptions& options, const Context& context) {
  const Result<CssParams> params = params_of(options.css);
  if (!params) return fail(params.error());
  const Result<Bytes> payload = from_hex(options.payload_hex);
  if (!payload) return fail(Errc::usage, "--payload: " + payload.error().detail);
  const Result<Target> target = target_of(options);
  if (!target) return fail(target.error());
  const double rate_hz = options.rate_hz.value_or(params->bandwidth_hz);
  Result<radio::Samples> samples = radio::modulate(*params, *payload, rate_hz);
  if (!samples) return fail(samples.error());
  for (radio::Sample& sample : *samples) sample *= kAmplitude;
  const Bytes encoded = radio::encode_samples(target->format, *samples);
  const Result<void> written = target->sigmf
                                   ? write_sigmf(*target, *params, rate_hz, encoded, *payload)
                                   : radio::write_file_whole(target->path, encoded);
  if (!written) return written;
  const double seconds = static_cast<double>(samples->size()) / rate_hz;
  if (context.machine_output()) {
    const nlohmann::ordered_json line = {{"file", options.output},
                                         {"format", radio::format_name(target->format)},
                                         {"rate_hz", rate_hz},
                                         {"sample_count", samples->size()},
                                         {"seconds", seconds}};
    std::printf("%s\n",
                line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::printf("%s: %s, %zu samples of %s at %.0f Hz, %.4f s\n", options.output.c_str(),
                describe(*params, payload->size()).c_str(), samples->size(),
                std::string(radio::format_name(target->format)).c_str(), rate_hz, seconds);
  }
  return {};
}

}  // namespace

void add_iq_encode(CLI::App& iq, Context& context) {
  auto options = std::make_shared<EncodeOptions>();
  CLI::App* command =
      add_command(iq, context, "encode", "Make one LoRa frame, first to last sample, at -6 dBFS",
                  [options, &context] { return run_encode(*options, context); });
  add_css_options(*command, options->css);
  command->add_option("--payload", options->payload_hex, "1 to 255 bytes")
      ->type_name("HEX")
      ->required();
  add_hertz_option(*command, "--rate", options->rate_hz,
                   "Sample rate, at least the bandwidth [the bandwidth]", 1);
  command
      ->add_option("--format", options->format,
                   "cf32, ci16 (cs16), ci8 (cs8) or cu8 [as the file's suffix says, else cf32]")
      ->type_name("NAME");
  command
      ->add_option("-o,--output", options->output,
                   "Raw samples; .sigmf-meta or .sigmf-data: a SigMF recording")
      ->type_name("FILE")
      ->required();
}

}  // namespace earshot::cli
