#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "cli/iq_output.h"
#include "cli/quantity.h"
#include "core/bytes.h"
#include "radio/css/waveform.h"

namespace earshot::cli {
namespace {

using radio::CssParams;

// Chosen: 6 dB of headroom for what a person adds to the frame afterwards.
constexpr float kAmplitude = 0.5F;

struct EncodeOptions {
  CssOptions css;
  std::string payload_hex;
  std::optional<double> rate_hz;  // Nothing: the bandwidth.
  OutputOptions output;
};

std::string describe(const CssParams& params, std::size_t payload_bytes) {
  return "SF" + std::to_string(params.spreading_factor) + " BW" +
         std::to_string(std::lround(params.bandwidth_hz / 1e3)) + " CR4/" +
         std::to_string(params.coding_rate + 4) + " " + std::to_string(payload_bytes) + " bytes";
}

// The recording that holds one frame and nothing else.
radio::RecordingInfo recording_of(const CssParams& params, double rate_hz, std::uint64_t count,
                                  ByteView payload) {
  radio::RecordingInfo recording;
  recording.rate_hz = rate_hz;
  recording.sample_count = count;
  radio::Capture capture;
  capture.sample_count = count;
  recording.captures = {capture};
  recording.annotations = {{0,
                            count,
                            -params.bandwidth_hz / 2,
                            params.bandwidth_hz / 2,
                            describe(params, payload.size()),
                            "",
                            {{"earshot:payload", to_hex(payload)}}}};
  recording.global["core:recorder"] = "earshot iq encode";
  return recording;
}

Result<void> write(const radio::Target& target, const radio::RecordingInfo& recording,
                   radio::SampleView samples) {
  Result<std::unique_ptr<radio::RecordingSink>> sink = radio::open_sink(target, recording);
  if (!sink) return fail(sink.error());
  if (Result<void> written = (*sink)->write(samples); !written) return written;
  return (*sink)->finish();
}

Result<void> run_encode(const EncodeOptions& options, const Context& context) {
  const Result<CssParams> params = params_of(options.css);
  if (!params) return fail(params.error());
  const Result<Bytes> payload = from_hex(options.payload_hex);
  if (!payload) return fail(Errc::usage, "--payload: " + payload.error().detail);
  // cf32 loses nothing.
  const Result<radio::Target> target = target_of(options.output, SampleFormat::cf32);
  if (!target) return fail(target.error());
  const double rate_hz = options.rate_hz.value_or(params->bandwidth_hz);
  Result<radio::Samples> samples = radio::modulate(*params, *payload, rate_hz);
  if (!samples) return fail(samples.error());
  for (radio::Sample& sample : *samples) sample *= kAmplitude;
  const Result<void> written =
      write(*target, recording_of(*params, rate_hz, samples->size(), *payload), *samples);
  if (!written) return written;
  const double seconds = static_cast<double>(samples->size()) / rate_hz;
  if (context.machine_output()) {
    const nlohmann::ordered_json line = {{"file", options.output.path},
                                         {"format", radio::format_name(target->format)},
                                         {"rate_hz", rate_hz},
                                         {"sample_count", samples->size()},
                                         {"seconds", seconds}};
    std::printf("%s\n",
                line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::printf("%s: %s, %zu samples of %s at %.0f Hz, %.4f s\n", options.output.path.c_str(),
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
  add_output_options(*command, options->output, "--format");
}

}  // namespace earshot::cli
