// Evidence: the raw samples around a frame, what a witness signs of them, and the audit that
// measures them again. Everything signed is measured from the committed bytes, never from something
// finer.
#pragma once
#include "core/messages.h"
#include "radio/css/receiver.h"
#include "radio/evidence/calibration.h"
#include "radio/evidence/stored_stream.h"

namespace earshot::radio {

struct Snippet {
  SampleFormat format = SampleFormat::ci8;
  std::uint32_t rate_hz = 0;         // Twice the bandwidth.
  std::uint64_t centre_hz = 0;       // The channel's centre.
  Instant first;                     // Time of the first sample at the antenna port.
  std::int32_t full_scale_cdbm = 0;  // Of the snippet's own bytes (its scaling included).
  Bytes bytes;
  bool operator==(const Snippet&) const = default;
};

// A piece of a wideband stream whose sample 0 was taken at `first`.
struct StreamWindow {
  SampleView samples;
  double rate_hz = 0;
  double centre_hz = 0;
  Instant first;
};
// The same, its samples wherever they are kept.
struct StoredWindow {
  StoredStream samples;
  double rate_hz = 0;
  double centre_hz = 0;
  Instant first;
};
inline StoredWindow stored(const StreamWindow& window) {
  return {stored(window.samples), window.rate_hz, window.centre_hz, window.first};
}

// Extracts 32 symbols before to 8 symbols after `frame` (as far as the window reaches), mixes the
// channel to zero, decimates to twice the bandwidth with filter delay removed, scales to use the
// format's range without clipping and quantises. Errc::bad_data when the window does not hold the
// whole frame.
Result<Snippet> cut_snippet(const StoredWindow& window, const Frame& frame,
                            const Calibration& calibration,
                            SampleFormat format = SampleFormat::ci8);

// The integers a witness signs and an audit gets again, all from the snippet's bytes.
struct Figures {
  Instant anchor;                     // Arrival at the antenna port.
  std::uint64_t anchor_error_ps = 0;  // 3 sigma of the estimate (receiver's clock not included).
  std::int32_t rssi_cdbm = 0;
  std::int32_t snr_cdb = 0;
  std::int32_t carrier_offset_dhz = 0;
  bool operator==(const Figures&) const = default;
};

// Demodulates the snippet again (spreading factor and bandwidth as claimed, beacon parameters of
// core/protocol.h). Nothing when no beacon with a valid CRC is in it.
struct Remeasured {
  Tag tag{};
  Figures figures;
};
Result<std::optional<Remeasured>> remeasure(const Snippet& snippet, int spreading_factor,
                                            std::uint32_t bandwidth_hz);

// The snippet a report says it committed to, around bytes that hash to its root (join_evidence).
Snippet snippet_of(const WitnessReport& report, Bytes bytes);

}  // namespace earshot::radio
