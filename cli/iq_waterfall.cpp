#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "cli/decoding.h"
#include "cli/iq_commands.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "cli/waterfall_picture.h"

namespace earshot::cli {
namespace {

using radio::RecordingInfo;

struct WaterfallOptions {
  DecodeOptions decode;
  std::string output;
  std::optional<double> from_s, to_s;
  bool no_frames = false;
};

// The part to be drawn, in samples.
struct Part {
  std::uint64_t first = 0, count = 0;
};

Result<Part> part_of(const WaterfallOptions& options, const RecordingInfo& recording) {
  const double rate_hz = *recording.rate_hz;
  const double all_s = static_cast<double>(recording.sample_count) / rate_hz;
  const double from_s = options.from_s.value_or(0);
  const double to_s = std::min(options.to_s.value_or(all_s), all_s);
  const auto first = static_cast<std::uint64_t>(std::llround(std::max(0.0, from_s) * rate_hz));
  const auto end = static_cast<std::uint64_t>(std::llround(std::max(0.0, to_s) * rate_hz));
  if (!(from_s >= 0 && from_s < to_s) || end <= first || end > recording.sample_count) {
    return fail(Errc::usage,
                "--from and --to are no part of a recording of " + std::to_string(all_s) + " s");
  }
  return Part{first, end - first};
}

MarkedFrame mark(const HeardFrame& heard, double rate_hz, double begin_s) {
  const radio::Frame& frame = heard.frame;
  MarkedFrame marked;
  marked.begin_s = heard.start_sample / rate_hz - begin_s;
  marked.end_s = marked.begin_s + frame.sample_count / rate_hz;
  marked.low_hz = frame.frequency_hz - frame.params.bandwidth_hz / 2;
  marked.high_hz = frame.frequency_hz + frame.params.bandwidth_hz / 2;
  marked.short_label = "SF" + std::to_string(frame.params.spreading_factor);
  marked.label = frame_label(heard) + "  SNR " + show_fixed(frame.snr_db, 1) + " dB";
  marked.good = frame.crc_ok.value_or(true);
  return marked;
}

std::string subtitle_of(const RecordingInfo& recording, std::size_t frames, bool looked_for) {
  const radio::Capture& first = recording.captures.front();
  std::string text =
      show_rate(*recording.rate_hz) + " of " + std::string(radio::storage_name(recording.storage));
  text += first.centre_hz ? ", centre " + show_hertz(*first.centre_hz) : ", centre unknown";
  if (first.time) text += ", first sample " + to_iso8601(*first.time, 3);
  if (recording.captures.size() > 1) {
    text += ", " + std::to_string(recording.captures.size()) + " captures";
  }
  if (looked_for) {
    text += ", " + std::to_string(frames) + (frames == 1 ? " LoRa frame" : " LoRa frames");
  }
  return text;
}

WaterfallView view_of(const RecordingInfo& recording, const Part& part,
                      const std::vector<HeardFrame>& heard, bool looked_for) {
  const double rate_hz = *recording.rate_hz;
  WaterfallView view;
  view.title = recording.data_path.substr(recording.data_path.rfind('/') + 1);
  view.begin_s = static_cast<double>(part.first) / rate_hz;
  view.seconds = static_cast<double>(part.count) / rate_hz;
  view.centre_hz = recording.captures.front().centre_hz.value_or(0);
  view.rate_hz = rate_hz;
  for (const radio::Capture& capture : recording.captures) {
    if (capture.first_sample > part.first && capture.first_sample < part.first + part.count) {
      view.capture_starts_s.push_back(static_cast<double>(capture.first_sample - part.first) /
                                      rate_hz);
    }
  }
  for (const HeardFrame& frame : heard) {
    const MarkedFrame marked = mark(frame, rate_hz, view.begin_s);
    if (marked.end_s > 0 && marked.begin_s < view.seconds) view.frames.push_back(marked);
  }
  view.subtitle = subtitle_of(recording, view.frames.size(), looked_for);
  return view;
}

Result<void> run_waterfall(const WaterfallOptions& options, const Context& context) {
  const Result<RecordingInfo> recording = open_recording(options.decode.recording);
  if (!recording) return fail(recording.error());
  if (!recording->rate_hz) {
    return fail(Errc::usage,
                recording->data_path + ": does not say its sample rate; give it with --rate");
  }
  const Result<Part> part = part_of(options, *recording);
  if (!part) return fail(part.error());
  std::vector<HeardFrame> heard;
  if (!options.no_frames) {
    Result<std::vector<HeardFrame>> frames = hear_frames(*recording, options.decode, context);
    if (!frames) return fail(frames.error());
    heard = std::move(*frames);
  }
  const WaterfallView view = view_of(*recording, *part, heard, !options.no_frames);
  Result<radio::Spectrogram> spectrogram = [&] {
    Progress progress(context, "drawing", part->count);
    return radio::spectrogram(*recording, part->first, part->count, kWaterfallColumns,
                              [&progress](std::uint64_t done) { progress.update(done); });
  }();
  if (!spectrogram) return fail(spectrogram.error());
  const Result<Bytes> png = draw_waterfall(*spectrogram, view);
  if (!png) return fail(png.error());
  if (Result<void> written = radio::write_file_whole(options.output, *png); !written) {
    return written;
  }
  if (context.machine_output()) {
    const nlohmann::ordered_json line = {
        {"file", options.output}, {"seconds", view.seconds}, {"frames", view.frames.size()}};
    std::printf("%s\n",
                line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::printf("%s: %.6g s, %zu frames marked\n", options.output.c_str(), view.seconds,
                view.frames.size());
  }
  return {};
}

}  // namespace

void add_iq_waterfall(CLI::App& iq, Context& context) {
  auto options = std::make_shared<WaterfallOptions>();
  CLI::App* command =
      add_command(iq, context, "waterfall", "Draw a spectrogram with the decoded frames marked",
                  [options, &context] { return run_waterfall(*options, context); });
  add_decode_options(*command, options->decode);
  command->add_option("-o,--output", options->output, "The picture, a PNG")
      ->type_name("PNG")
      ->required();
  command->add_option("--from", options->from_s, "Left edge, in seconds [0]")->type_name("S");
  command->add_option("--to", options->to_s, "Right edge, in seconds [the end]")->type_name("S");
  command->add_flag("--no-frames", options->no_frames, "Do not look for frames");
}

}  // namespace earshot::cli
