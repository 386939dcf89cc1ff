#include "cli/waterfall_picture.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cli/table.h"
#include "simulator/map/canvas.h"

namespace earshot::cli {
namespace {

using simulator::Box;
using simulator::Canvas;
using simulator::Colour;
using simulator::LineStyle;
using simulator::Point;
using simulator::rgb;
using simulator::TextStyle;

constexpr int kWidth = 1660, kHeight = 900;
constexpr Box kPlot = {120, 90, 120 + static_cast<double>(kWaterfallColumns), 820};
constexpr Box kBar = {1560, 90, 1582, 820};

constexpr Colour kPaper = rgb(0x14171c), kInk = rgb(0xe6e9ee), kFaint = rgb(0x9aa3b0);
constexpr Colour kGood = rgb(0x5dfc8a), kBad = rgb(0xff5c5c);

// From silence to full power; lightness rises all the way, so that it reads in grey too.
constexpr std::array<unsigned, 7> kScale = {0x05060f, 0x1b1248, 0x5a1a78, 0xa52c6a,
                                            0xe3544c, 0xfca33a, 0xfdf6bd};

Colour colour_of(double share) {
  const double place = std::clamp(share, 0.0, 1.0) * (kScale.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kScale.size() - 2);
  return simulator::mix(rgb(kScale[below]), rgb(kScale[below + 1]),
                        place - static_cast<double>(below));
}

std::uint32_t pixel(Colour colour) {
  const auto byte = [](double part) { return static_cast<std::uint32_t>(std::lround(part * 255)); };
  return byte(colour.red) << 16U | byte(colour.green) << 8U | byte(colour.blue);
}

struct Range {
  double low, high;  // dBFS
};

double decibels(float power) {
  return 10 * std::log10(std::max(static_cast<double>(power), 1e-20));
}

// Noise dark but visible, the strongest bright; 25 to 70 dB between.
Range range_of(const radio::Spectrogram& spectrogram) {
  std::vector<float> sorted = spectrogram.power;
  const auto quantile = [&sorted](double share) {
    const auto at = sorted.begin() +
                    static_cast<std::ptrdiff_t>(share * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), at, sorted.end());
    return decibels(*at);
  };
  const double high = std::ceil(quantile(0.9995) / 5) * 5;
  const double low = std::floor((quantile(0.3) - 2) / 5) * 5;
  return {std::clamp(low, high - 70, high - 25), high};
}

class Picture {
 public:
  Picture(const radio::Spectrogram& spectrogram, const WaterfallView& view)
      : spectrogram_(spectrogram), view_(view), range_(range_of(spectrogram)) {}

  Result<Bytes> draw() {
    canvas_.text({kPlot.left, 40}, view_.title, {22, kInk, true, 0});
    canvas_.text({kPlot.left, 68}, view_.subtitle, {15, kFaint, false, 0});
    draw_power();
    draw_captures();
    draw_frames();
    canvas_.stroke_box(kPlot, {kFaint, 1, 0});
    draw_time_axis();
    draw_frequency_axis();
    draw_scale();
    return canvas_.png();
  }

 private:
  double x_of(double seconds) const {
    return kPlot.left + seconds / view_.seconds * (kPlot.right - kPlot.left);
  }
  double y_of(double hertz) const {
    const double share = (hertz - view_.centre_hz) / view_.rate_hz + 0.5;
    return kPlot.bottom - share * (kPlot.bottom - kPlot.top);
  }

  void draw_power() {
    std::vector<std::uint32_t> pixels(spectrogram_.columns * spectrogram_.rows);
    for (std::size_t row = 0; row < spectrogram_.rows; ++row) {
      for (std::size_t column = 0; column < spectrogram_.columns; ++column) {
        const double db = decibels(spectrogram_.at(column, spectrogram_.rows - 1 - row));
        pixels[row * spectrogram_.columns + column] =
            pixel(colour_of((db - range_.low) / (range_.high - range_.low)));
      }
    }
    canvas_.image(kPlot, static_cast<int>(spectrogram_.columns),
                  static_cast<int>(spectrogram_.rows), std::move(pixels));
  }

  void draw_captures() {
    for (const double start : view_.capture_starts_s) {
      const double x = x_of(start);
      canvas_.line({x, kPlot.top}, {x, kPlot.bottom}, {rgb(0xffffff).with_alpha(0.55), 1, 5});
    }
  }

  void draw_frames() {
    for (const MarkedFrame& frame : view_.frames) taken_.push_back(box_of(frame));
    for (const MarkedFrame& frame : view_.frames) {
      const Colour colour = frame.good ? kGood : kBad;
      canvas_.stroke_box(box_of(frame), {rgb(0x000000).with_alpha(0.7), 4, 0});
      canvas_.stroke_box(box_of(frame), {colour, 1.8, 0});
    }
    for (const MarkedFrame& frame : view_.frames) {
      if (!place_label(frame, frame.label)) place_label(frame, frame.short_label);
    }
  }

  Box box_of(const MarkedFrame& frame) const {
    const Box box = {x_of(frame.begin_s), y_of(frame.high_hz), x_of(frame.end_s),
                     y_of(frame.low_hz)};
    return {std::max(box.left, kPlot.left), std::max(box.top, kPlot.top),
            std::clamp(box.right, box.left + 3, kPlot.right), std::min(box.bottom, kPlot.bottom)};
  }

  // Above the frame, below it or inside, where nothing is covered.
  bool place_label(const MarkedFrame& frame, const std::string& label) {
    const TextStyle style = {14, frame.good ? kGood : kBad, true, 0};
    const double width = canvas_.text_width(label, style) + 10;
    constexpr double height = 20;
    const Box box = box_of(frame);
    const double left =
        std::clamp((box.left + box.right - width) / 2, kPlot.left + 2, kPlot.right - width - 2);
    const bool inside_fits = width <= box.right - box.left;
    for (const double top : {box.top - height - 3, box.bottom + 3, box.top - 2 * height - 5,
                             box.bottom + height + 5, inside_fits ? box.top + 4 : -1}) {
      const Box tag = {left, top, left + width, top + height};
      if (top < kPlot.top + 2 || tag.bottom > kPlot.bottom - 2) continue;
      const bool inside = inside_fits && top == box.top + 4;
      const bool free = std::none_of(taken_.begin(), taken_.end(), [&](const Box& other) {
        const bool own = inside && other.left == box.left && other.top == box.top;
        return !own && simulator::overlap_area(other, tag) > 0;
      });
      if (!free) continue;
      canvas_.fill_box(tag, rgb(0x000000).with_alpha(0.72), 4);
      canvas_.text({tag.left + 5, tag.bottom - 5}, label, style);
      taken_.push_back(tag);
      return true;
    }
    return false;
  }

  void draw_time_axis() {
    const double step = nice_step(view_.seconds, 10);
    const bool milli = view_.begin_s + view_.seconds < 1;
    const int decimals = decimals_of(milli ? step * 1e3 : step);
    for (double at = std::ceil(view_.begin_s / step - 1e-9) * step;
         at <= view_.begin_s + view_.seconds + 1e-9 * step; at += step) {
      if (std::abs(at) < 1e-9 * step) at = 0;  // No minus before it.
      const double x = x_of(at - view_.begin_s);
      canvas_.line({x, kPlot.bottom}, {x, kPlot.bottom + 7}, {kFaint, 1, 0});
      canvas_.text({x, kPlot.bottom + 25}, show_fixed(milli ? at * 1e3 : at, decimals),
                   {14, kInk, false, 0}, 0.5);
    }
    canvas_.text({(kPlot.left + kPlot.right) / 2, kPlot.bottom + 52},
                 milli ? "time from the first sample, ms" : "time from the first sample, s",
                 {15, kFaint, false, 0}, 0.5);
  }

  void draw_frequency_axis() {
    const bool absolute = view_.centre_hz != 0;
    const double unit = absolute ? 1e6 : 1e3;
    const double step = nice_step(view_.rate_hz, 12);
    const double low = view_.centre_hz - view_.rate_hz / 2;
    for (double at = std::ceil(low / step) * step; at <= low + view_.rate_hz; at += step) {
      if (std::abs(at) < 1e-9 * step) at = 0;
      canvas_.line({kPlot.left - 7, y_of(at)}, {kPlot.left, y_of(at)}, {kFaint, 1, 0});
      canvas_.text({kPlot.left - 12, y_of(at) + 5}, show_fixed(at / unit, decimals_of(step / unit)),
                   {14, kInk, false, 0}, 1);
    }
    canvas_.text_upwards({32, (kPlot.top + kPlot.bottom) / 2},
                         absolute ? "frequency, MHz" : "offset from the centre, kHz",
                         {15, kFaint, false, 0});
  }

  void draw_scale() {
    constexpr int steps = 256;
    std::vector<std::uint32_t> pixels;
    for (int i = 0; i < steps; ++i) pixels.push_back(pixel(colour_of(1 - i / (steps - 1.0))));
    canvas_.image(kBar, 1, steps, std::move(pixels));
    canvas_.stroke_box(kBar, {kFaint, 1, 0});
    for (double db = std::ceil(range_.low / 10) * 10; db <= range_.high; db += 10) {
      const double share = (db - range_.low) / (range_.high - range_.low);
      const double y = kBar.bottom - share * (kBar.bottom - kBar.top);
      canvas_.line({kBar.right, y}, {kBar.right + 6, y}, {kFaint, 1, 0});
      canvas_.text({kBar.right + 11, y + 5}, show_fixed(db, 0), {14, kInk, false, 0});
    }
    canvas_.text_upwards({kWidth - 14, (kBar.top + kBar.bottom) / 2}, "power per bin, dBFS",
                         {15, kFaint, false, 0});
  }

  static int decimals_of(double step) {
    return std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  }

  const radio::Spectrogram& spectrogram_;
  const WaterfallView& view_;
  Range range_;
  Canvas canvas_{kWidth, kHeight, kPaper};
  std::vector<Box> taken_;  // Frames and labels: no label covers them.
};

}  // namespace

double nice_step(double span, int most) {
  const double raw = span / most;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

Result<Bytes> draw_waterfall(const radio::Spectrogram& spectrogram, const WaterfallView& view) {
  return Picture(spectrogram, view).draw();
}

}  // namespace earshot::cli
