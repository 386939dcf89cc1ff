// Progress on standard error: a bar that redraws itself on a terminal, a line for each stage
// otherwise.
#pragma once
#include <chrono>
#include <mutex>
#include <string>

#include "simulator/progress.h"

namespace earshot::cli {

class ProgressBar final : public simulator::Progress {
 public:
  explicit ProgressBar(bool is_terminal) : is_terminal_(is_terminal) {}
  ~ProgressBar() override;

  void begin(const std::string& stage, std::size_t steps) override;
  void step() override;
  void finish() override;
  void note(const std::string& line) override;

 private:
  using Clock = std::chrono::steady_clock;

  void draw();
  void end_stage();

  const bool is_terminal_;
  std::mutex mutex_;  // Guards what follows.
  std::string stage_;
  std::size_t steps_ = 0, done_ = 0;
  Clock::time_point begun_, drawn_;
};

}  // namespace earshot::cli
