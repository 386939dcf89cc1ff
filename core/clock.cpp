#include "core/clock.h"

#include <chrono>

namespace earshot {

UnixNanos SystemClock::now() const {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since_1970).count();
}

void VirtualClock::advance_to(UnixNanos time) {
  UnixNanos now = now_.load();
  while (now < time && !now_.compare_exchange_weak(now, time)) {
  }
}

}  // namespace earshot
