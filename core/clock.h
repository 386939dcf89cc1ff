// Time as an argument: whoever needs "now" is given a Clock.
#pragma once
#include <atomic>

#include "core/time.h"

namespace earshot {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UnixNanos now() const = 0;  // Any thread.
};

class SystemClock final : public Clock {
 public:
  UnixNanos now() const override;
};

// Stands still until it is told; never goes back (an earlier time is ignored).
class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(UnixNanos start) : now_(start) {}
  UnixNanos now() const override { return now_.load(); }
  void advance_to(UnixNanos time);

 private:
  std::atomic<UnixNanos> now_;
};

}  // namespace earshot
