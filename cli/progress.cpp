#include "cli/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace earshot::cli {
namespace {

constexpr std::chrono::seconds kPatience{2};             // Given: DESIGN section 9.
constexpr std::chrono::milliseconds kBetweenDraws{100};  // Chosen: smooth enough, and cheap.
constexpr int kBarWidth = 30;

}  // namespace

std::string progress_text(std::uint64_t done, std::uint64_t total, double elapsed, int width) {
  const double part =
      total == 0 ? 1.0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto full = static_cast<std::size_t>(std::floor(part * width));
  std::string text = "[" + std::string(full, '#') +
                     std::string(static_cast<std::size_t>(width) - full, '.') + "] " +
                     std::to_string(static_cast<int>(std::floor(part * 100))) + " %";
  if (part > 0 && part < 1) {
    text += ", " + std::to_string(std::lround(std::ceil(elapsed * (1 - part) / part))) + " s left";
  }
  return text;
}

Progress::Progress(const Context& context, std::string label, std::uint64_t total)
    : enabled_(context.stderr_is_terminal),
      label_(std::move(label)),
      total_(total),
      next_(started_ + kPatience) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
}

void Progress::update(std::uint64_t done) {
  if (!enabled_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kBetweenDraws;
  drawn_ = true;
  const double elapsed = std::chrono::duration<double>(now - started_).count();
  std::fprintf(stderr, "\r\x1b[K%s %s", label_.c_str(),
               progress_text(done, total_, elapsed, kBarWidth).c_str());
}

}  // namespace earshot::cli
