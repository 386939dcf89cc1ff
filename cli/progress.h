// A progress bar on stderr, for a person who waits longer than two seconds (DESIGN section 9).
// Nothing is drawn when stderr is no terminal. Single-threaded.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "cli/context.h"

namespace earshot::cli {

class Progress {
 public:
  Progress(const Context& context, std::string label, std::uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();  // Clears the line.

  void update(std::uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;

  bool enabled_;
  bool drawn_ = false;
  std::string label_;
  std::uint64_t total_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point next_;
};

// "[#####.....]  50 %  12 s left": what a bar of `width` shows after `elapsed` seconds.
std::string progress_text(std::uint64_t done, std::uint64_t total, double elapsed, int width);

}  // namespace earshot::cli
