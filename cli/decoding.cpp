#include "cli/decoding.h"

#include <algorithm>

#include "cli/progress.h"

namespace earshot::cli {
namespace {

using radio::Capture;
using radio::Frame;
using radio::Receiver;
using radio::RecordingInfo;

// Chosen: 2 MB of samples at a time, whatever the length of the file.
constexpr std::uint64_t kPieceSamples = 1 << 18;

// One capture is one stream: what lies between two captures nobody heard.
Result<std::vector<Frame>> decode_capture(const RecordingInfo& recording, const Capture& capture,
                                          Receiver& receiver, Progress& progress) {
  std::vector<Frame> frames;
  const auto keep = [&frames](const Frame& frame) { frames.push_back(frame); };
  const std::uint64_t end = capture.first_sample + capture.sample_count;
  for (std::uint64_t at = capture.first_sample; at < end; at += kPieceSamples) {
    const std::uint64_t count = std::min(kPieceSamples, end - at);
    const Result<radio::Samples> samples = radio::read_samples(recording, at, count);
    if (!samples) return fail(samples.error());
    receiver.push(*samples, keep);
    progress.update(at + count);
  }
  receiver.flush(keep);
  return frames;
}

}  // namespace

Result<std::vector<HeardFrame>> hear_frames(const RecordingInfo& recording,
                                            const DecodeOptions& options, const Context& context) {
  if (!recording.rate_hz) {
    return fail(Errc::usage,
                recording.data_path + ": does not say its sample rate; give it with --rate");
  }
  Progress progress(context, "decoding", recording.sample_count);
  std::vector<HeardFrame> heard;
  for (const Capture& capture : recording.captures) {
    const Result<radio::ReceiverConfig> config = receiver_config(options, recording, capture);
    if (!config) return fail(config.error());
    Result<Receiver> receiver = Receiver::create(*config);
    if (!receiver) return fail(receiver.error());
    const Result<std::vector<Frame>> frames =
        decode_capture(recording, capture, *receiver, progress);
    if (!frames) return fail(frames.error());
    for (const Frame& frame : *frames) {
      heard.push_back(place_frame(recording, capture, frame, options.preamble));
    }
  }
  std::sort(heard.begin(), heard.end(), comes_before);
  return heard;
}

}  // namespace earshot::cli
