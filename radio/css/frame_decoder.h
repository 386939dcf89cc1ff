// Decodes one frame whose place is known, as its samples arrive: header, then payload.
#pragma once
#include <optional>
#include <vector>

#include "radio/css/codec.h"
#include "radio/css/demodulator.h"
#include "radio/css/offset_tracker.h"
#include "radio/css/receiver.h"
#include "radio/css/synchroniser.h"

namespace earshot::radio {

struct DecodedFrame {
  CssParams params;  // ldro on or off.
  PayloadBytes bytes;
  // As the decoded nibbles give them, those that only fill the last block included.
  std::vector<std::uint16_t> symbols;
  FrameModel model;  // In the wide stream, clock offset as tracked.
};

// What frames of one spreading factor share.
struct DecoderTools {
  SymbolDemodulator demodulator;
  BitLikelihoods bits;
  double bandwidth_hz;
  LowDataRate ldro;
  std::optional<ImplicitFrame> implicit;
  bool clock_is_tied;
};

class FrameDecoder {
 public:
  enum class Progress { waiting, failed, done };

  FrameDecoder(const DecoderTools& tools, int spreading_factor, const Sync& sync);

  // The wide sample at which the symbols of the next step end, and up to which that step looks.
  std::int64_t last() const;
  std::int64_t needed() const;
  // The first wide sample that is still of use: the frame's own first.
  std::int64_t first() const;
  // Precondition: wide reaches needed(). Failed: no header, or what is there is no frame.
  Progress step(DecoderTools& tools, WideStream& wide);
  // Whether the frame's header was read: from then on its extent and power are known.
  bool has_header() const { return has_header_; }
  double amplitude_squared() const { return sync_.amplitude_squared; }
  // After done.
  const DecodedFrame& frame() const { return frame_; }

 private:
  // Power of each chirp value in one of the symbols.
  std::vector<float> demodulate(DecoderTools& tools, WideStream& wide, int symbol);
  void track(DecoderTools& tools, std::span<const float> power);
  bool read_header(DecoderTools& tools, WideStream& wide);
  bool header_is_there() const;
  Progress read_payload(DecoderTools& tools, WideStream& wide);
  LowDataRate judge_rate(DecoderTools& tools) const;
  // Payload at either rate, with the code's margin.
  struct Reading {
    PayloadBytes bytes;
    std::vector<std::uint16_t> symbols;
    double margin = 0;
    double likelihood = 0;  // Of the payload's symbols, natural logarithm, up to a constant.
  };
  Reading read_at(DecoderTools& tools, bool reduced) const;
  Reading read_at(DecoderTools& tools, bool reduced, int rounds) const;
  int symbols_at(bool reduced) const;
  Progress finish(bool reduced, Reading reading);

  int spreading_factor_;
  Sync sync_;
  OffsetTracker tracker_;
  double signal_;     // Power of a symbol's bin.
  double noise_ = 0;  // Mean power of a bin without signal.
  PhyHeader header_;
  std::vector<std::uint8_t> nibbles_;          // Of the header block, after the header.
  std::vector<std::uint16_t> header_symbols_;  // Of the whole header block.
  std::vector<std::vector<float>> header_powers_;
  std::vector<std::vector<float>> likelihoods_;  // Of the payload's symbols after those.
  int wanted_symbols_ = kHeaderSymbols;
  bool has_header_ = false;
  std::optional<bool> reduced_;  // Nothing: not known yet.
  DecodedFrame frame_;
};

}  // namespace earshot::radio
