#include "simulator/map/map.h"

#include "simulator/map/field.h"
#include "simulator/map/panel.h"
#include "simulator/map/theme.h"

namespace earshot::simulator {

Result<Bytes> draw_coverage_map(const MapModel& model) {
  constexpr int width = 1600, height = 1040;
  constexpr double edge = 36, panel = 372, head = 92, foot = 46;
  Canvas canvas(width, height, kPaper);
  canvas.text({edge, 48}, model.title, {28, kInk, true});
  canvas.text({edge, 76}, model.subtitle, {16, kFaintInk});
  draw_field(canvas, {edge, head, width - panel - 2 * edge, height - foot}, model);
  draw_panel(canvas, {width - panel - edge, head, width - edge, height - foot}, model);
  canvas.text({edge, height - 17}, model.footer, {13, kFaintInk});
  return canvas.png();
}

}  // namespace earshot::simulator
