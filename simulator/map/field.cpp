#include "simulator/map/field.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "simulator/map/projection.h"
#include "simulator/map/theme.h"

namespace earshot::simulator {
namespace {

std::vector<Geodetic> places_of(const MapModel& model) {
  std::vector<Geodetic> places;
  for (const MapHotspot& hotspot : model.hotspots) {
    places.push_back(hotspot.place);
    if (hotspot.asserted) places.push_back(*hotspot.asserted);
  }
  return places;
}

void draw_grid(Canvas& canvas, const Box& frame, const Projection& projection) {
  const Point low = projection.km_of({frame.left, frame.bottom});
  const Point high = projection.km_of({frame.right, frame.top});
  // Chosen: lines 1, 2, 5, 10... km apart, the first that leaves 50 pixels between them.
  double step = 1;
  for (int i = 0; step * projection.pixels_per_km() < 50; ++i) step *= i % 3 == 1 ? 2.5 : 2;
  for (double km = std::ceil(low.x / step) * step; km <= high.x; km += step) {
    const double x = projection.pixel_of_km({km, 0}).x;
    canvas.line({x, frame.top}, {x, frame.bottom}, {kGrid, 1});
  }
  for (double km = std::ceil(low.y / step) * step; km <= high.y; km += step) {
    const double y = projection.pixel_of_km({0, km}).y;
    canvas.line({frame.left, y}, {frame.right, y}, {kGrid, 1});
  }
}

bool is_paid(rewards::Tier tier) { return tier != rewards::Tier::unproven; }

void draw_reach(Canvas& canvas, const Projection& projection, const MapModel& model) {
  for (const MapHotspot& hotspot : model.hotspots) {
    if (!hotspot.transmits || !is_paid(hotspot.tier)) continue;
    canvas.glow(projection.at(hotspot.place), model.reach_m / 1000 * projection.pixels_per_km(),
                kReach.with_alpha(0.3));
  }
}

void draw_links(Canvas& canvas, const Projection& projection, const MapModel& model) {
  std::vector<MapLink> links = model.links;
  // Rejected ones at the bottom, strong ones on top.
  std::stable_sort(links.begin(), links.end(), [](const MapLink& a, const MapLink& b) {
    return std::pair(a.accepted, a.best_snr_db) < std::pair(b.accepted, b.best_snr_db);
  });
  for (const MapLink& link : links) {
    const Point from = projection.at(model.hotspots[link.from].place);
    const Point to = projection.at(model.hotspots[link.to].place);
    // Bent to its own left, so that both directions of a pair are seen.
    canvas.arc_line(from, to, 0.022 * length(to - from),
                    link_style(link.best_snr_db, link.accepted));
  }
}

void draw_assertion(Canvas& canvas, Point truth, Point asserted, double km) {
  const Point along = asserted - truth;
  const Point unit = along * (1 / std::max(length(along), 1e-9));
  const Point tip = asserted - unit * 15;
  const Point side = {-unit.y, unit.x};
  const LineStyle style{kCheat, 2.2, 0};
  canvas.line(truth + unit * 18, tip, {kCheat, 2.2, 7});
  canvas.line(tip, tip - unit * 11 + side * 6, style);
  canvas.line(tip, tip - unit * 11 - side * 6, style);
  canvas.disc(asserted, 11, rgb(0xffffff));
  canvas.ring(asserted, 11, {kCheat, 2.2, 5});
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "asserted, %.1f km away", km);
  // Beyond the circle as seen from the arrow, so that they do not cross.
  canvas.text(asserted + Point{0, unit.y < 0 ? -19.0 : 29.0}, text.data(), {13, kCheat, false, 3},
              0.5);
}

// Where a label may stand around its mark: right, left, below, above; best first.
struct Label {
  Box box;
  Point at;
  double align = 0;
};

std::array<Label, 4> candidates(Point mark, double width) {
  constexpr double gap = 23, up = 18, down = 22;
  const auto make = [&](Point at, double align) {
    const double left = at.x - align * width;
    return Label{{left, at.y - up, left + width, at.y + down}, at, align};
  };
  return {make(mark + Point{gap, 2}, 0), make(mark + Point{-gap, 2}, 1),
          make(mark + Point{0, 42}, 0.5), make(mark + Point{0, -42}, 0.5)};
}

// How much ink lies under `box`: marks and labels drawn before weigh most, then links.
double clutter(const Box& box, const std::vector<Box>& taken,
               const std::vector<std::pair<Point, Point>>& lines, const Box& frame) {
  double cost = 0;
  for (const Box& other : taken) cost += 20 * overlap_area(box, other);
  for (const auto& [from, to] : lines) {
    constexpr int steps = 80;
    for (int i = 0; i <= steps; ++i) {
      const Point p = from + (to - from) * (static_cast<double>(i) / steps);
      if (p.x > box.left && p.x < box.right && p.y > box.top && p.y < box.bottom) cost += 60;
    }
  }
  const Box inside{std::max(box.left, frame.left + 6), std::max(box.top, frame.top + 6),
                   std::min(box.right, frame.right - 6), std::min(box.bottom, frame.bottom - 6)};
  const double area = (box.right - box.left) * (box.bottom - box.top);
  return cost + 1000 * (area - overlap_area(box, inside));
}

std::string second_line(const MapHotspot& hotspot) {
  return hotspot.owner + " · " + std::string(rewards::tier_name(hotspot.tier));
}

void draw_labels(Canvas& canvas, const Box& frame, const Projection& projection,
                 const MapModel& model) {
  // The scale bar's corner is taken from the start.
  std::vector<Box> taken = {{frame.left, frame.bottom - 62, frame.left + 260, frame.bottom}};
  std::vector<std::pair<Point, Point>> lines;
  for (const MapHotspot& hotspot : model.hotspots) {
    const Point p = projection.at(hotspot.place);
    taken.push_back({p.x - 18, p.y - 20, p.x + 20, p.y + 18});
    if (!hotspot.asserted) continue;
    const Point a = projection.at(*hotspot.asserted);
    taken.push_back({a.x - 80, a.y - 34, a.x + 80, a.y + 34});
    lines.emplace_back(p, a);
  }
  for (const MapLink& link : model.links) {
    lines.emplace_back(projection.at(model.hotspots[link.from].place),
                       projection.at(model.hotspots[link.to].place));
  }
  for (const MapHotspot& hotspot : model.hotspots) {
    const TextStyle name{18, hotspot.cheats ? kCheat : kInk, true, 4};
    const TextStyle detail{13, kFaintInk, false, 3};
    const double width = std::max(canvas.text_width(hotspot.name, name),
                                  canvas.text_width(second_line(hotspot), detail));
    const std::array<Label, 4> labels = candidates(projection.at(hotspot.place), width);
    const Label& best =
        *std::min_element(labels.begin(), labels.end(), [&](const Label& a, const Label& b) {
          return clutter(a.box, taken, lines, frame) < clutter(b.box, taken, lines, frame);
        });
    taken.push_back(best.box);
    canvas.text(best.at, hotspot.name, name, best.align);
    canvas.text(best.at + Point{0, 17}, second_line(hotspot), detail, best.align);
  }
}

void draw_scale_bar(Canvas& canvas, const Box& frame, const Projection& projection) {
  double km = 1;
  for (int i = 0; km * projection.pixels_per_km() < 120; ++i) km *= i % 3 == 1 ? 2.5 : 2;
  const double width = km * projection.pixels_per_km();
  const Point left{frame.left + 24, frame.bottom - 26};
  canvas.fill_box({left.x - 12, left.y - 30, left.x + width + 12, left.y + 14},
                  kMapGround.with_alpha(0.85), 6);
  canvas.line(left, left + Point{width, 0}, {kInk, 3});
  canvas.line(left + Point{0, -6}, left + Point{0, 6}, {kInk, 3});
  canvas.line(left + Point{width, -6}, left + Point{width, 6}, {kInk, 3});
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "%g km", km);
  canvas.text(left + Point{width / 2, -10}, text.data(), {14, kInk}, 0.5);
  const Point north{frame.right - 34, frame.top + 58};
  canvas.line(north, north + Point{0, -30}, {kFaintInk, 2.5});
  canvas.line(north + Point{0, -30}, north + Point{-6, -21}, {kFaintInk, 2.5});
  canvas.line(north + Point{0, -30}, north + Point{6, -21}, {kFaintInk, 2.5});
  canvas.text(north + Point{0, 16}, "N", {14, kFaintInk, true}, 0.5);
}

}  // namespace

void draw_field(Canvas& canvas, const Box& frame, const MapModel& model) {
  const Projection projection(places_of(model), frame, 96);
  canvas.fill_box(frame, kMapGround);
  canvas.clip(frame);
  draw_grid(canvas, frame, projection);
  draw_reach(canvas, projection, model);
  draw_links(canvas, projection, model);
  for (const MapHotspot& hotspot : model.hotspots) {
    if (!hotspot.asserted) continue;
    const Point truth = projection.at(hotspot.place), asserted = projection.at(*hotspot.asserted);
    draw_assertion(canvas, truth, asserted, length(asserted - truth) / projection.pixels_per_km());
  }
  for (const MapHotspot& hotspot : model.hotspots) {
    draw_mark(canvas, projection.at(hotspot.place), hotspot.tier, hotspot.transmits,
              hotspot.cheats);
  }
  draw_labels(canvas, frame, projection, model);
  draw_scale_bar(canvas, frame, projection);
  canvas.unclip();
  canvas.stroke_box(frame, {kGrid, 1.5});
}

}  // namespace earshot::simulator
