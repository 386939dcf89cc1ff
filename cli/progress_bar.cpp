#include "cli/progress_bar.h"

#include <algorithm>
#include <cstdio>

namespace earshot::cli {
namespace {

constexpr std::size_t kBarCells = 30;
// Chosen: ten redraws a second look smooth and cost nothing.
constexpr std::chrono::milliseconds kRedraw{100};

}  // namespace

ProgressBar::~ProgressBar() {
  if (is_terminal_ && !stage_.empty()) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::begin(const std::string& stage, std::size_t steps) {
  const std::lock_guard lock(mutex_);
  end_stage();
  stage_ = stage;
  steps_ = steps;
  done_ = 0;
  begun_ = Clock::now();
  draw();
}

void ProgressBar::step() {
  const std::lock_guard lock(mutex_);
  ++done_;
  if (Clock::now() - drawn_ >= kRedraw || done_ == steps_) draw();
}

void ProgressBar::finish() {
  const std::lock_guard lock(mutex_);
  end_stage();
}

void ProgressBar::note(const std::string& line) {
  const std::lock_guard lock(mutex_);
  std::fprintf(stderr, is_terminal_ ? "\r\x1b[K%s\n" : "%s\n", line.c_str());
  draw();
}

void ProgressBar::draw() {
  drawn_ = Clock::now();
  if (!is_terminal_ || stage_.empty()) return;
  const std::size_t filled = steps_ == 0 ? 0 : std::min(done_, steps_) * kBarCells / steps_;
  std::string bar;
  for (std::size_t i = 0; i < kBarCells; ++i) bar += i < filled ? "━" : "\x1b[2m─\x1b[22m";
  std::fprintf(stderr, "\r\x1b[K%-10s \x1b[32m%s\x1b[0m %zu/%zu", stage_.c_str(), bar.c_str(),
               std::min(done_, steps_), steps_);
  std::fflush(stderr);
}

void ProgressBar::end_stage() {
  if (stage_.empty()) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  std::fprintf(stderr, is_terminal_ ? "\r\x1b[K%-10s %zu in %.1f s\n" : "%s: %zu in %.1f s\n",
               stage_.c_str(), done_, seconds);
  stage_.clear();
}

}  // namespace earshot::cli
