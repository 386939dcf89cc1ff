// A thin, typed skin over a Cairo image: colours, lines, discs and text. Coordinates in pixels, y
// down. Single-threaded.
#pragma once
#include <cairo.h>

#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace earshot::simulator {

struct Point {
  double x = 0, y = 0;
};
constexpr Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
constexpr Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
constexpr Point operator*(Point a, double k) { return {a.x * k, a.y * k}; }
double length(Point p);

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;
};
double overlap_area(const Box& a, const Box& b);

struct Colour {
  double red = 0, green = 0, blue = 0, alpha = 1;
  constexpr Colour with_alpha(double value) const { return {red, green, blue, value}; }
};
constexpr Colour rgb(unsigned hex) {
  return {((hex >> 16) & 255) / 255.0, ((hex >> 8) & 255) / 255.0, (hex & 255) / 255.0, 1};
}
Colour mix(Colour a, Colour b, double share_of_b);

struct TextStyle {
  double size = 16;
  Colour colour = rgb(0x22282e);
  bool bold = false;
  double halo = 0;  // Width of a light outline that keeps text legible over lines.
};

struct LineStyle {
  Colour colour;
  double width = 1;
  double dash = 0;  // 0: solid.
};

class Canvas {
 public:
  Canvas(int width, int height, Colour background);

  void fill_box(const Box& box, Colour colour, double corner = 0);
  void stroke_box(const Box& box, const LineStyle& style, double corner = 0);
  void line(Point from, Point to, const LineStyle& style);
  // From `from` to `to`, bent to the left by `bend` pixels at its middle.
  void arc_line(Point from, Point to, double bend, const LineStyle& style);
  void disc(Point centre, double radius, Colour colour);
  void ring(Point centre, double radius, const LineStyle& style);
  void glow(Point centre, double radius, Colour colour);  // Fades to nothing at `radius`.
  void cross(Point centre, double radius, const LineStyle& style);

  // `at` is the baseline's left end; `align` 0 left, 0.5 centred, 1 right.
  void text(Point at, const std::string& text, const TextStyle& style, double align = 0);
  double text_width(const std::string& text, const TextStyle& style);
  // In lines of at most `width` pixels; the y of the next line.
  double paragraph(Point at, double width, const std::string& text, const TextStyle& style);

  // Fills `box` with width x height colours 0xrrggbb, row by row from the top, smoothed.
  void image(const Box& box, int width, int height, std::vector<std::uint32_t> colours);
  // Turned by a quarter to the left, centred on `at`.
  void text_upwards(Point at, const std::string& text, const TextStyle& style);

  void clip(const Box& box);
  void unclip();
  Result<Bytes> png() const;

 private:
  void set(Colour colour);
  void set(const LineStyle& style);
  void set(const TextStyle& style);
  void box_path(const Box& box, double corner);

  std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface_;
  std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo_;
};

}  // namespace earshot::simulator
