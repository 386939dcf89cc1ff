#include "simulator/map/panel.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "simulator/map/theme.h"

namespace earshot::simulator {
namespace {

constexpr TextStyle kHeading{15, kInk, true};
constexpr TextStyle kBody{14, kInk};
constexpr TextStyle kFaint{13, kFaintInk};

double draw_marks(Canvas& canvas, Point at, const MapModel& model) {
  canvas.text(at, "Hotspots", kHeading);
  at.y += 32;
  struct Entry {
    rewards::Tier tier;
    bool transmits;
    const char* text;
  };
  constexpr std::array entries = {
      Entry{rewards::Tier::located, true, "located: heard by 4 owners, on time"},
      Entry{rewards::Tier::plausible, true, "plausible: heard, without timing"},
      Entry{rewards::Tier::establishing, true, "establishing: too new to tell"},
      Entry{rewards::Tier::listener, false, "listener: receive-only"},
      Entry{rewards::Tier::unproven, true, "unproven: paid nothing"},
  };
  for (const Entry& entry : entries) {
    const bool shown =
        std::any_of(model.hotspots.begin(), model.hotspots.end(),
                    [&entry](const MapHotspot& hotspot) { return hotspot.tier == entry.tier; });
    if (!shown) continue;
    draw_mark(canvas, at + Point{14, -5}, entry.tier, entry.transmits, false);
    canvas.text(at + Point{40, 0}, entry.text, kBody);
    at.y += 34;
  }
  draw_mark(canvas, at + Point{14, -5}, rewards::Tier::unproven, true, true);
  canvas.text(at + Point{40, 0}, "caught cheating", kBody);
  return at.y + 44;
}

double draw_scale(Canvas& canvas, Point at, double width) {
  canvas.text(at, "Links: best SNR that was reported", kHeading);
  at.y += 16;
  constexpr double height = 12;
  for (double x = 0; x < width; x += 2) {
    const double snr = kWeakestDb + (kStrongestDb - kWeakestDb) * x / width;
    canvas.fill_box({at.x + x, at.y, at.x + x + 2.5, at.y + height}, snr_colour(snr));
  }
  for (int snr = -8; snr <= 16; snr += 4) {
    const double x = at.x + width * (snr - kWeakestDb) / (kStrongestDb - kWeakestDb);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%+d", snr);
    canvas.text({x, at.y + height + 17}, snr == 0 ? "0" : text.data(), kFaint,
                snr == -8   ? 0
                : snr == 16 ? 1
                            : 0.5);
  }
  at.y += height + 42;
  canvas.line(at + Point{0, -5}, at + Point{30, -5}, link_style(0, false));
  canvas.text(at + Point{40, 0}, "every report of it rejected", kBody);
  at.y += 28;
  canvas.glow(at + Point{14, -5}, 15, kReach.with_alpha(0.7));
  canvas.text(at + Point{40, 0}, "modelled reach of who is paid, SNR 8 dB", kBody);
  return at.y + 40;
}

double draw_cheats(Canvas& canvas, Point at, double width, const MapModel& model) {
  if (model.cheats.empty()) return at.y;
  canvas.text(at, "Caught", kHeading);
  at.y += 25;
  for (const MapCheat& cheat : model.cheats) {
    canvas.text(at, cheat.name, {14, kCheat, true});
    const double indent = canvas.text_width(cheat.name, {14, kCheat, true}) + 8;
    canvas.text(at + Point{indent, 0}, cheat.deed, kBody);
    at.y = canvas.paragraph(at + Point{0, 19}, width, cheat.caught, kFaint) + 8;
  }
  return at.y + 16;
}

void draw_payouts(Canvas& canvas, Point at, double width, const MapModel& model) {
  if (model.payouts.empty()) return;
  canvas.text(at, "Paid to owners", kHeading);
  at.y += 25;
  double largest = 0;
  for (const MapPayout& payout : model.payouts) largest = std::max(largest, payout.share);
  const double bar = width - 190;
  for (const MapPayout& payout : model.payouts) {
    canvas.text(at, payout.owner, kBody);
    const double share = largest > 0 ? payout.share / largest : 0;
    if (share > 0) {
      canvas.fill_box({at.x + 66, at.y - 11, at.x + 66 + std::max(4.0, bar * share), at.y + 1},
                      tier_colour(rewards::Tier::located).with_alpha(0.75), 2);
    }
    canvas.text(at + Point{width, 0}, payout.amount, kBody, 1);
    at.y += 23;
  }
}

}  // namespace

void draw_panel(Canvas& canvas, const Box& frame, const MapModel& model) {
  const double width = frame.right - frame.left;
  Point at{frame.left, frame.top + 14};
  at.y = draw_marks(canvas, at, model);
  at.y = draw_scale(canvas, at, width);
  at.y = draw_cheats(canvas, at, width, model);
  draw_payouts(canvas, at, width, model);
}

}  // namespace earshot::simulator
