#include "radio/css/lane.h"

#include <algorithm>
#include <cmath>

#include "radio/css/frame_measure.h"

namespace earshot::radio {

namespace {

// How far back the streams are kept: the longest preamble that is counted exactly, and the search.
constexpr std::int64_t kHistorySymbols = 32;
constexpr int kMeasuredUpChirps = 16;
constexpr double kDrowned = 0.25;  // Chosen: 6 dB, what co-channel frames need over each other.

SyncOptions sync_options(const LaneConfig& config) {
  return {config.sync_word, config.wide_rate_hz / config.bandwidth_hz,
          config.radio_hz / config.wide_rate_hz, config.has_images};
}

}  // namespace

Lane::Lane(const LaneConfig& config)
    : config_(config),
      chips_(chips_per_symbol(config.spreading_factor)),
      detector_(config.spreading_factor, config.min_preamble_symbols),
      synchroniser_(config.spreading_factor, sync_options(config)),
      tools_{SymbolDemodulator(config.spreading_factor),
             BitLikelihoods(config.spreading_factor),
             config.bandwidth_hz,
             config.ldro,
             config.implicit,
             config.radio_hz > 0} {}

std::vector<Frame> Lane::advance(const StreamBuffer& narrow, WideStream& wide) {
  std::vector<Frame> frames;
  look(narrow);
  synchronise(narrow, wide, false);
  decode(wide, std::nullopt, frames);
  return frames;
}

std::vector<Frame> Lane::flush(const StreamBuffer& narrow, WideStream& wide,
                               std::int64_t wide_end) {
  std::vector<Frame> frames;
  look(narrow);
  for (const PreambleCandidate& preamble : detector_.flush()) preambles_.push_back(preamble);
  synchronise(narrow, wide, true);
  decode(wide, wide_end, frames);
  next_window_ = 0;
  preambles_.clear();
  attempts_.clear();
  busy_.clear();
  return frames;
}

std::int64_t Lane::first_needed() const {
  std::int64_t first = (next_window_ - kHistorySymbols) * chips_;
  for (const PreambleCandidate& preamble : preambles_) {
    first = std::min(first, (preamble.last_window - kHistorySymbols / 2) * chips_);
  }
  for (const Attempt& attempt : attempts_) {
    first = std::min(first, attempt.decoders[attempt.current].first() / 2);
  }
  return first;
}

void Lane::look(const StreamBuffer& narrow) {
  for (; (next_window_ + 1) * chips_ <= narrow.end(); ++next_window_) {
    const SampleView window = narrow.view(next_window_ * chips_, static_cast<std::size_t>(chips_));
    for (const PreambleCandidate& preamble : detector_.run(window)) preambles_.push_back(preamble);
  }
}

void Lane::synchronise(const StreamBuffer& narrow, WideStream& wide, bool ended) {
  std::erase_if(preambles_, [&](const PreambleCandidate& preamble) {
    const std::int64_t needed = synchroniser_.last_needed(preamble);
    if (!ended && (needed > narrow.end() || 2 * needed > wide.end())) return false;
    Attempt attempt;
    for (const Sync& sync : synchroniser_.run(preamble, narrow, wide)) {
      if (is_drowned(sync)) continue;
      attempt.decoders.emplace_back(tools_, config_.spreading_factor, sync);
    }
    if (!attempt.decoders.empty()) attempts_.push_back(std::move(attempt));
    return true;
  });
}

void Lane::decode(WideStream& wide, std::optional<std::int64_t> ended_at,
                  std::vector<Frame>& frames) {
  std::erase_if(attempts_, [&](Attempt& attempt) {
    while (attempt.current < attempt.decoders.size()) {
      FrameDecoder& decoder = attempt.decoders[attempt.current];
      if (ended_at && decoder.last() - chips_ / 2 > *ended_at) return true;
      if (!ended_at && decoder.needed() > wide.end()) return false;
      const FrameDecoder::Progress progress = decoder.step(tools_, wide);
      if (progress == FrameDecoder::Progress::failed) ++attempt.current;
      if (progress == FrameDecoder::Progress::waiting) note_frame(decoder);
      if (progress == FrameDecoder::Progress::done) {
        frames.push_back(describe(decoder.frame(), wide));
        return true;
      }
    }
    return true;
  });
}

void Lane::note_frame(const FrameDecoder& decoder) {
  const std::int64_t first = decoder.first();
  std::erase_if(busy_, [&](const Busy& busy) {
    return busy.end < first - 2 * kHistorySymbols * chips_ || busy.first == first;
  });
  busy_.push_back({first, decoder.needed(), decoder.amplitude_squared()});
}

// A frame's own symbols look like faint preambles now and then, and under a much stronger frame of
// the same spreading factor nothing can be read.
bool Lane::is_drowned(const Sync& sync) const {
  return std::any_of(busy_.begin(), busy_.end(), [&sync](const Busy& busy) {
    return sync.model.start > static_cast<double>(busy.first) &&
           sync.model.start < static_cast<double>(busy.end) &&
           sync.amplitude_squared < kDrowned * busy.amplitude_squared;
  });
}

FitOptions Lane::fit_options() const {
  FitOptions options;
  options.spreading_factor = config_.spreading_factor;
  options.uncertainty = 0.2;
  options.has_images = config_.has_images;
  options.clock = ClockModel::estimated;
  if (config_.radio_hz > 0) {
    options.clock = ClockModel::tied;
    options.radio_turns_per_sample = config_.radio_hz / config_.wide_rate_hz;
  }
  return options;
}

Frame Lane::describe(const DecodedFrame& decoded, WideStream& wide) {
  Frame frame;
  frame.params = decoded.params;
  frame.payload = decoded.bytes.payload;
  frame.crc_ok = decoded.bytes.crc_ok;
  std::vector<std::uint16_t> symbols = decoded.symbols;
  const double symbol_count = static_cast<double>(symbols.size());
  // Symbols that may be wrong would only disturb.
  if (frame.crc_ok == false) symbols.resize(kHeaderSymbols);
  const std::vector<Chirp> all = frame_chirps(frame.params, symbols);
  const int skip = std::max(0, frame.params.preamble_symbols - kMeasuredUpChirps);
  const auto chirps = std::span(all).subspan(static_cast<std::size_t>(skip));
  const auto place = [&](double chips) {
    return static_cast<std::int64_t>(std::floor(decoded.model.position(chips)));
  };
  // Even, as chips are.
  const std::int64_t first =
      std::max(wide.begin(), place(chirps.front().start_chips) - 2 * chips_) / 2 * 2;
  const std::int64_t end =
      std::min(wide.end(), place(all.back().start_chips + all.back().length_chips) + 2 * chips_);
  FrameModel guess = decoded.model;
  guess.start -= static_cast<double>(first);
  const FrameMeasurement found = meter_.run(
      guess, chirps, wide.view(first, static_cast<std::size_t>(end - first)), fit_options());
  const auto origin = static_cast<double>(first);
  frame.start_sample = found.model.start + origin;
  frame.anchor_sample = found.anchor + origin;
  const double chips =
      (frame.params.preamble_symbols + 4.25 + symbol_count) * static_cast<double>(chips_);
  frame.sample_count = found.model.position(chips) - found.model.start;
  frame.rssi_dbfs = decibels(found.signal_power);
  frame.snr_db = decibels(found.signal_power / std::max(found.noise_power, 1e-30));
  frame.carrier_offset_hz = found.model.carrier * config_.wide_rate_hz;
  return frame;
}

}  // namespace earshot::radio
