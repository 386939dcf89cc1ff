// The picture of `earshot iq waterfall`: time to the right, frequency upwards, power as colour.
#pragma once
#include <string>
#include <vector>

#include "core/bytes.h"
#include "radio/iq/spectrogram.h"

namespace earshot::cli {

// A frame to be outlined and named.
struct MarkedFrame {
  double begin_s = 0, end_s = 0;  // From the picture's left edge.
  double low_hz = 0, high_hz = 0;
  std::string label, short_label;
  bool good = false;  // CRC ok.
};

struct WaterfallView {
  std::string title, subtitle;
  double begin_s = 0, seconds = 0;  // Of the picture's left edge, and its width.
  double centre_hz = 0;             // 0: unknown; the axis then shows offsets.
  double rate_hz = 0;
  std::vector<double> capture_starts_s;  // Within the picture; later ones get a line.
  std::vector<MarkedFrame> frames;
};

inline constexpr std::size_t kWaterfallColumns = 1400;  // Chosen: one a pixel.

// A PNG file.
Result<Bytes> draw_waterfall(const radio::Spectrogram& spectrogram, const WaterfallView& view);

// A step of 1, 2 or 5 times a power of ten, so that `span` has at most `most` of them.
double nice_step(double span, int most);

}  // namespace earshot::cli
