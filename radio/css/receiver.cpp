#include "radio/css/receiver.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "radio/css/channelizer.h"
#include "radio/css/lane.h"

namespace earshot::radio {

namespace {

// A frame waits so many of its symbols for another channel's reading of it.
constexpr double kTwinSymbols = 24;

Result<void> refuse(const std::string& member, const std::string& found,
                    const std::string& allowed) {
  return fail(Errc::usage, member + " is " + found + ", allowed is " + allowed);
}

Result<void> check_channel(const ReceiverConfig& config, const Channel& channel) {
  const double offset = channel.centre_hz - config.centre_hz;
  if (!(channel.bandwidth_hz >= 1e3) || channel.bandwidth_hz > config.rate_hz) {
    return refuse("channels.bandwidth_hz", std::to_string(channel.bandwidth_hz),
                  "1000 .. rate_hz (" + std::to_string(config.rate_hz) + ")");
  }
  // Written so that a NaN is refused too.
  if (!(std::abs(offset) + channel.bandwidth_hz / 2 <= config.rate_hz / 2 * (1 + 1e-9))) {
    return refuse("channels.centre_hz", std::to_string(channel.centre_hz),
                  "a channel within the stream's band, " + std::to_string(config.centre_hz) +
                      " -+ " + std::to_string(config.rate_hz / 2));
  }
  return {};
}

Result<void> check(const ReceiverConfig& config) {
  if (!std::isfinite(config.rate_hz) || config.rate_hz < 1e3 || config.rate_hz > 100e6) {
    return refuse("rate_hz", std::to_string(config.rate_hz), "1e3 .. 100e6");
  }
  if (config.channels.empty()) return refuse("channels", "empty", "one or more");
  for (const Channel& channel : config.channels) {
    if (Result<void> valid = check_channel(config, channel); !valid) return valid;
  }
  if (config.spreading_factors.empty()) return refuse("spreading_factors", "empty", "7..12");
  for (const int sf : config.spreading_factors) {
    if (sf < 7 || sf > 12) return refuse("spreading_factors", std::to_string(sf), "7..12");
  }
  if (config.min_preamble_symbols < 6) {
    return refuse("min_preamble_symbols", std::to_string(config.min_preamble_symbols), "6 or more");
  }
  if (config.implicit) {
    const ImplicitFrame& frame = *config.implicit;
    if (frame.payload_bytes < 1 || frame.payload_bytes > 255) {
      return refuse("implicit.payload_bytes", std::to_string(frame.payload_bytes), "1..255");
    }
    if (frame.coding_rate < 1 || frame.coding_rate > 4) {
      return refuse("implicit.coding_rate", std::to_string(frame.coding_rate), "1..4");
    }
  }
  return {};
}

bool comes_before(const Frame& a, const Frame& b) {
  if (a.start_sample != b.start_sample) return a.start_sample < b.start_sample;
  if (a.frequency_hz != b.frequency_hz) return a.frequency_hz < b.frequency_hz;
  return a.params.spreading_factor < b.params.spreading_factor;
}

// Whether both are readings of one emission.
bool are_twins(const Frame& a, const Frame& b, double rate_hz) {
  if (a.params.bandwidth_hz != b.params.bandwidth_hz) return false;
  const double symbol = symbol_seconds(a.params) * rate_hz;
  if (std::abs(a.anchor_sample - b.anchor_sample) > symbol / 2) return false;
  const double apart = a.frequency_hz + a.carrier_offset_hz - b.frequency_hz - b.carrier_offset_hz;
  return a.payload == b.payload || (a.params.spreading_factor == b.params.spreading_factor &&
                                    std::abs(apart) < 4 / symbol_seconds(a.params));
}

bool is_better(const Frame& a, const Frame& b) {
  const bool a_ok = a.crc_ok.value_or(true);
  const bool b_ok = b.crc_ok.value_or(true);
  if (a_ok != b_ok) return a_ok;
  return std::abs(a.carrier_offset_hz) < std::abs(b.carrier_offset_hz);
}

}  // namespace

class Receiver::Impl {
 public:
  explicit Impl(const ReceiverConfig& config)
      : config_(config), channelizer_(config.rate_hz, bands(config)) {
    for (std::size_t i = 0; i < config.channels.size(); ++i) {
      add_channel(config.channels[i], channelizer_.narrow_step(i));
    }
  }

  void push(SampleView samples, const OnFrame& on_frame) {
    pushed_ += static_cast<double>(samples.size());
    channelizer_.push(samples, [this, &on_frame](const std::vector<SampleView>& pieces) {
      for (std::size_t i = 0; i < pieces.size(); ++i) {
        channels_[i].narrow.append(pieces[i]);
        advance(channels_[i], channelizer_.wide(i));
      }
      release(false, on_frame);
    });
  }

  void flush(const OnFrame& on_frame) {
    // Only appended: to a lane the silence that the channelizer adds would be part of the stream.
    channelizer_.drain([this](const std::vector<SampleView>& pieces) {
      for (std::size_t i = 0; i < pieces.size(); ++i) channels_[i].narrow.append(pieces[i]);
    });
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      ChannelState& channel = channels_[i];
      const auto end = static_cast<std::int64_t>(pushed_ / channel.input_per_wide);
      for (Lane& lane : channel.lanes) {
        take(channel, lane.flush(channel.narrow, channelizer_.wide(i), end));
      }
      channel.narrow.clear();
    }
    channelizer_.restart();
    release(true, on_frame);
    pushed_ = 0;
    reached_ = 0;
  }

 private:
  struct ChannelState {
    double centre_hz;
    double input_per_wide;  // Samples of the input per sample of the wide stream.
    StreamBuffer narrow;
    std::vector<Lane> lanes;
  };

  static std::vector<ChannelBand> bands(const ReceiverConfig& config) {
    std::vector<ChannelBand> bands;
    bands.reserve(config.channels.size());
    for (const Channel& channel : config.channels) {
      bands.push_back({channel.centre_hz - config.centre_hz, channel.bandwidth_hz});
    }
    return bands;
  }

  void add_channel(const Channel& channel, double narrow_step) {
    ChannelState state{channel.centre_hz, narrow_step / 2, {}, {}};
    LaneConfig lane;
    lane.bandwidth_hz = channel.bandwidth_hz;
    lane.has_images = std::abs(config_.rate_hz / channel.bandwidth_hz - 1) < 1e-6;
    lane.wide_rate_hz = config_.rate_hz / state.input_per_wide;
    if (config_.radio_frequency_known && config_.centre_hz > 0) lane.radio_hz = channel.centre_hz;
    lane.sync_word = config_.sync_word;
    lane.min_preamble_symbols = config_.min_preamble_symbols;
    lane.ldro = config_.ldro;
    lane.implicit = config_.implicit;
    for (const int sf : config_.spreading_factors) {
      lane.spreading_factor = sf;
      state.lanes.emplace_back(lane);
    }
    channels_.push_back(std::move(state));
  }

  void advance(ChannelState& channel, WideStream& wide) {
    std::int64_t first = channel.narrow.end();
    for (Lane& lane : channel.lanes) {
      take(channel, lane.advance(channel.narrow, wide));
      first = std::min(first, lane.first_needed());
    }
    channel.narrow.discard_before(first);
    wide.discard_before(2 * first);
    reached_ = static_cast<double>(wide.end()) * channel.input_per_wide;
  }

  // Frames of a lane: from the wide stream's samples to the input's, one of each pair of twins.
  void take(const ChannelState& channel, std::vector<Frame> frames) {
    for (Frame& frame : frames) {
      frame.start_sample *= channel.input_per_wide;
      frame.anchor_sample *= channel.input_per_wide;
      frame.sample_count *= channel.input_per_wide;
      frame.frequency_hz = channel.centre_hz;
      const auto twin = std::find_if(waiting_.begin(), waiting_.end(), [&](const Frame& other) {
        return are_twins(frame, other, config_.rate_hz);
      });
      if (twin == waiting_.end()) {
        waiting_.push_back(std::move(frame));
      } else if (is_better(frame, *twin)) {
        *twin = std::move(frame);
      }
    }
  }

  void release(bool all, const OnFrame& on_frame) {
    std::vector<Frame> ready;
    std::erase_if(waiting_, [&](Frame& frame) {
      const double wait = kTwinSymbols * symbol_seconds(frame.params) * config_.rate_hz;
      if (!all && reached_ < frame.start_sample + frame.sample_count + wait) return false;
      ready.push_back(std::move(frame));
      return true;
    });
    std::sort(ready.begin(), ready.end(), comes_before);
    for (const Frame& frame : ready) on_frame(frame);
  }

  ReceiverConfig config_;
  Channelizer channelizer_;
  std::vector<ChannelState> channels_;
  std::vector<Frame> waiting_;
  double pushed_ = 0;   // Input samples taken.
  double reached_ = 0;  // Input samples that all lanes have seen.
};

Result<Receiver> Receiver::create(const ReceiverConfig& config) {
  if (Result<void> valid = check(config); !valid) return fail(valid.error());
  return Receiver(std::make_unique<Impl>(config));
}

Receiver::Receiver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Receiver::Receiver(Receiver&&) noexcept = default;
Receiver& Receiver::operator=(Receiver&&) noexcept = default;
Receiver::~Receiver() = default;

void Receiver::push(SampleView samples, const OnFrame& on_frame) { impl_->push(samples, on_frame); }
void Receiver::flush(const OnFrame& on_frame) { impl_->flush(on_frame); }

Result<std::vector<Frame>> receive(const ReceiverConfig& config, SampleView samples) {
  Result<Receiver> receiver = Receiver::create(config);
  if (!receiver) return fail(receiver.error());
  std::vector<Frame> frames;
  const auto keep = [&frames](const Frame& frame) { frames.push_back(frame); };
  receiver->push(samples, keep);
  receiver->flush(keep);
  std::sort(frames.begin(), frames.end(), comes_before);
  return frames;
}

}  // namespace earshot::radio
