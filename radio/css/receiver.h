// The receiver: one pass over a wideband stream, a set of channels, all spreading factors in each.
//
// Push samples in pieces of any size; frames come out when they are complete, the same frames
// whatever the pieces. Memory is bounded by the longest frame looked for. Single-threaded; several
// receivers may run in several threads (plans and liquid objects are made under one lock,
// radio/css/dsp_lock.h).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "radio/css/params.h"
#include "radio/samples.h"

namespace earshot::radio {

struct Channel {
  double centre_hz = 0;  // In the frame of ReceiverConfig::centre_hz.
  double bandwidth_hz = 125e3;
};

// What an implicit-header frame cannot say about itself.
struct ImplicitFrame {
  int payload_bytes = 1;
  int coding_rate = 1;
  bool crc = true;
};

struct ReceiverConfig {
  double rate_hz = 0;
  double centre_hz = 0;  // 0: unknown; channels are then offsets from the stream's centre.
  bool radio_frequency_known = false;  // Ties the clock offset to the carrier offset.
  std::vector<Channel> channels;       // At least one, each within the stream's band.
  std::vector<int> spreading_factors = {7, 8, 9, 10, 11, 12};
  std::optional<std::uint8_t> sync_word;  // Nothing: any.
  int min_preamble_symbols = 6;
  LowDataRate ldro = LowDataRate::automatic;  // automatic: found out for each frame.
  std::optional<ImplicitFrame> implicit;      // Set: frames have no header.
};

struct Frame {
  // Fractional index of the input sample at which the first preamble chirp starts, filter delays
  // removed.
  double start_sample = 0;
  double anchor_sample = 0;  // End of the 2.25 down-chirps: what arrival times mean.
  double sample_count = 0;   // Of the whole frame.
  double frequency_hz = 0;   // The channel's centre, as configured.
  CssParams params;          // As found; `ldro` is on or off, never automatic.
  std::vector<std::uint8_t> payload;
  std::optional<bool> crc_ok;  // Nothing when the frame has no CRC.
  double rssi_dbfs = 0;        // Signal without noise.
  double snr_db = 0;           // In the signal bandwidth.
  double carrier_offset_hz = 0;
};

class Receiver {
 public:
  // Errc::usage names the member that is out of range.
  static Result<Receiver> create(const ReceiverConfig& config);
  Receiver(Receiver&&) noexcept;
  Receiver& operator=(Receiver&&) noexcept;
  ~Receiver();

  // Calls `on_frame` for each frame that this piece completes, in order of start.
  using OnFrame = std::function<void(const Frame&)>;
  void push(SampleView samples, const OnFrame& on_frame);
  // The stream has ended: what can still be decoded is. The receiver starts anew afterwards.
  void flush(const OnFrame& on_frame);

 private:
  class Impl;
  explicit Receiver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// A whole recording at once, frames sorted by (start_sample, frequency_hz, spreading factor).
Result<std::vector<Frame>> receive(const ReceiverConfig& config, SampleView samples);

}  // namespace earshot::radio
