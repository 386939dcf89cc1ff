// One channel at one spreading factor: preambles in, frames out.
#pragma once
#include <memory>
#include <vector>

#include "radio/css/detector.h"
#include "radio/css/frame_decoder.h"
#include "radio/css/frame_measure.h"
#include "radio/css/stream_buffer.h"
#include "radio/css/synchroniser.h"
#include "radio/css/wide_stream.h"

namespace earshot::radio {

struct LaneConfig {
  int spreading_factor = 7;
  double bandwidth_hz = 125e3;
  double wide_rate_hz = 250e3;  // True rate of the wide stream.
  bool has_images = false;      // The input has one sample per chip.
  double radio_hz = 0;          // Channel's radio frequency; 0: unknown.
  std::optional<std::uint8_t> sync_word;
  int min_preamble_symbols = 6;
  LowDataRate ldro = LowDataRate::automatic;
  std::optional<ImplicitFrame> implicit;
};

// start_sample, anchor_sample and sample_count of its frames count samples of the wide stream, and
// frequency_hz is left to the receiver.
class Lane {
 public:
  explicit Lane(const LaneConfig& config);

  // Goes as far as the streams (one and two samples per chip) reach.
  std::vector<Frame> advance(const StreamBuffer& narrow, WideStream& wide);
  // The streams have ended, at this sample of the wide one (what the buffers hold beyond is
  // silence): what can still be decoded. Frames that lack more than a quarter symbol are dropped.
  std::vector<Frame> flush(const StreamBuffer& narrow, WideStream& wide, std::int64_t wide_end);
  // The first chip that is still of use.
  std::int64_t first_needed() const;

 private:
  void look(const StreamBuffer& narrow);
  void synchronise(const StreamBuffer& narrow, WideStream& wide, bool ended);
  void decode(WideStream& wide, std::optional<std::int64_t> ended_at, std::vector<Frame>& frames);
  Frame describe(const DecodedFrame& decoded, WideStream& wide);
  FitOptions fit_options() const;
  void note_frame(const FrameDecoder& decoder);
  bool is_drowned(const Sync& sync) const;

  // Readings of one preamble: the first that holds a header is the frame.
  struct Attempt {
    std::vector<FrameDecoder> decoders;
    std::size_t current = 0;
  };

  // A frame whose header was read, in wide samples.
  struct Busy {
    std::int64_t first;
    std::int64_t end;
    double amplitude_squared;
  };

  LaneConfig config_;
  std::int64_t chips_;
  PreambleDetector detector_;
  Synchroniser synchroniser_;
  DecoderTools tools_;
  FrameMeter meter_;
  std::int64_t next_window_ = 0;
  std::vector<PreambleCandidate> preambles_;
  std::vector<Attempt> attempts_;
  std::vector<Busy> busy_;
};

}  // namespace earshot::radio
