#include "simulator/map/canvas.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <sstream>

namespace earshot::simulator {

double length(Point p) { return std::hypot(p.x, p.y); }

double overlap_area(const Box& a, const Box& b) {
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

Colour mix(Colour a, Colour b, double share) {
  return {std::lerp(a.red, b.red, share), std::lerp(a.green, b.green, share),
          std::lerp(a.blue, b.blue, share), std::lerp(a.alpha, b.alpha, share)};
}

Canvas::Canvas(int width, int height, Colour background)
    : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height),
               &cairo_surface_destroy),
      cairo_(cairo_create(surface_.get()), &cairo_destroy) {
  set(background);
  cairo_paint(cairo_.get());
  cairo_set_line_cap(cairo_.get(), CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(cairo_.get(), CAIRO_LINE_JOIN_ROUND);
}

void Canvas::set(Colour colour) {
  cairo_set_source_rgba(cairo_.get(), colour.red, colour.green, colour.blue, colour.alpha);
}

void Canvas::set(const LineStyle& style) {
  set(style.colour);
  cairo_set_line_width(cairo_.get(), style.width);
  cairo_set_dash(cairo_.get(), &style.dash, style.dash > 0 ? 1 : 0, 0);
}

void Canvas::set(const TextStyle& style) {
  cairo_select_font_face(cairo_.get(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo_.get(), style.size);
}

void Canvas::box_path(const Box& box, double corner) {
  cairo_t* c = cairo_.get();
  constexpr double quarter = std::numbers::pi / 2;
  cairo_new_path(c);
  cairo_arc(c, box.right - corner, box.top + corner, corner, -quarter, 0);
  cairo_arc(c, box.right - corner, box.bottom - corner, corner, 0, quarter);
  cairo_arc(c, box.left + corner, box.bottom - corner, corner, quarter, 2 * quarter);
  cairo_arc(c, box.left + corner, box.top + corner, corner, 2 * quarter, 3 * quarter);
  cairo_close_path(c);
}

void Canvas::fill_box(const Box& box, Colour colour, double corner) {
  box_path(box, corner);
  set(colour);
  cairo_fill(cairo_.get());
}

void Canvas::stroke_box(const Box& box, const LineStyle& style, double corner) {
  box_path(box, corner);
  set(style);
  cairo_stroke(cairo_.get());
}

void Canvas::line(Point from, Point to, const LineStyle& style) { arc_line(from, to, 0, style); }

void Canvas::arc_line(Point from, Point to, double bend, const LineStyle& style) {
  const Point along = to - from;
  const double size = std::max(length(along), 1e-9);
  const Point left = {along.y / size, -along.x / size};
  // The curve's middle lies 3/4 of the way to the control points.
  const Point a = from + along * (1.0 / 3) + left * (bend * 4 / 3);
  const Point b = from + along * (2.0 / 3) + left * (bend * 4 / 3);
  cairo_new_path(cairo_.get());
  cairo_move_to(cairo_.get(), from.x, from.y);
  cairo_curve_to(cairo_.get(), a.x, a.y, b.x, b.y, to.x, to.y);
  set(style);
  cairo_stroke(cairo_.get());
}

void Canvas::disc(Point centre, double radius, Colour colour) {
  cairo_new_path(cairo_.get());
  cairo_arc(cairo_.get(), centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  set(colour);
  cairo_fill(cairo_.get());
}

void Canvas::ring(Point centre, double radius, const LineStyle& style) {
  cairo_new_path(cairo_.get());
  cairo_arc(cairo_.get(), centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  set(style);
  cairo_stroke(cairo_.get());
}

void Canvas::glow(Point centre, double radius, Colour colour) {
  const std::unique_ptr<cairo_pattern_t, decltype(&cairo_pattern_destroy)> pattern(
      cairo_pattern_create_radial(centre.x, centre.y, 0, centre.x, centre.y, radius),
      &cairo_pattern_destroy);
  cairo_pattern_add_color_stop_rgba(pattern.get(), 0, colour.red, colour.green, colour.blue,
                                    colour.alpha);
  cairo_pattern_add_color_stop_rgba(pattern.get(), 0.5, colour.red, colour.green, colour.blue,
                                    colour.alpha * 0.45);
  cairo_pattern_add_color_stop_rgba(pattern.get(), 1, colour.red, colour.green, colour.blue, 0);
  cairo_set_source(cairo_.get(), pattern.get());
  cairo_new_path(cairo_.get());
  cairo_arc(cairo_.get(), centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(cairo_.get());
}

void Canvas::cross(Point centre, double radius, const LineStyle& style) {
  line(centre + Point{-radius, -radius}, centre + Point{radius, radius}, style);
  line(centre + Point{-radius, radius}, centre + Point{radius, -radius}, style);
}

double Canvas::text_width(const std::string& text, const TextStyle& style) {
  set(style);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo_.get(), text.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(Point at, const std::string& text, const TextStyle& style, double align) {
  const double left = at.x - align * text_width(text, style);
  cairo_new_path(cairo_.get());
  if (style.halo > 0) {
    cairo_move_to(cairo_.get(), left, at.y);
    cairo_text_path(cairo_.get(), text.c_str());
    set(LineStyle{rgb(0xffffff).with_alpha(0.9), 2 * style.halo});
    cairo_stroke(cairo_.get());
  }
  cairo_move_to(cairo_.get(), left, at.y);
  set(style.colour);
  cairo_show_text(cairo_.get(), text.c_str());
}

double Canvas::paragraph(Point at, double width, const std::string& text, const TextStyle& style) {
  const double step = style.size * 1.4;
  std::istringstream words(text);
  std::string word, row;
  while (words >> word) {
    const std::string longer = row.empty() ? word : row + " " + word;
    if (!row.empty() && text_width(longer, style) > width) {
      this->text(at, row, style);
      at.y += step;
      row = word;
    } else {
      row = longer;
    }
  }
  if (!row.empty()) this->text(at, row, style), at.y += step;
  return at.y;
}

void Canvas::image(const Box& box, int width, int height, std::vector<std::uint32_t> colours) {
  // A row of 32-bit pixels is aligned as Cairo wants it.
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> pixels(
      cairo_image_surface_create_for_data(reinterpret_cast<unsigned char*>(colours.data()),
                                          CAIRO_FORMAT_RGB24, width, height, width * 4),
      &cairo_surface_destroy);
  cairo_t* c = cairo_.get();
  cairo_save(c);
  box_path(box, 0);
  cairo_clip(c);
  cairo_translate(c, box.left, box.top);
  cairo_scale(c, (box.right - box.left) / width, (box.bottom - box.top) / height);
  cairo_set_source_surface(c, pixels.get(), 0, 0);
  cairo_pattern_set_extend(cairo_get_source(c), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter(cairo_get_source(c), CAIRO_FILTER_GOOD);
  cairo_paint(c);
  cairo_restore(c);
}

void Canvas::text_upwards(Point at, const std::string& text, const TextStyle& style) {
  cairo_t* c = cairo_.get();
  cairo_save(c);
  cairo_translate(c, at.x, at.y);
  cairo_rotate(c, -std::numbers::pi / 2);
  this->text({0, 0}, text, style, 0.5);
  cairo_restore(c);
}

void Canvas::clip(const Box& box) {
  cairo_save(cairo_.get());
  box_path(box, 0);
  cairo_clip(cairo_.get());
}

void Canvas::unclip() { cairo_restore(cairo_.get()); }

Result<Bytes> Canvas::png() const {
  cairo_surface_flush(surface_.get());
  Bytes out;
  const auto append = [](void* sink, const unsigned char* data, unsigned size) {
    auto& bytes = *static_cast<Bytes*>(sink);
    bytes.insert(bytes.end(), data, data + size);
    return CAIRO_STATUS_SUCCESS;
  };
  cairo_status_t status = cairo_status(cairo_.get());
  if (status == CAIRO_STATUS_SUCCESS) {
    status = cairo_surface_write_to_png_stream(surface_.get(), append, &out);
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    return fail(Errc::unavailable,
                std::string("cannot draw the picture: ") + cairo_status_to_string(status));
  }
  return out;
}

}  // namespace earshot::simulator
