// The processor time that this process has used so far, all its threads and the kernel's work for
// them together.
#pragma once
#include <ctime>

namespace earshot {

inline double cpu_seconds() {
  std::timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace earshot
