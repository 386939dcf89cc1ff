// Calls the epoch driver at every round's opening and at least once a second, on a thread of its
// own, until it is destroyed.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "core/clock.h"

namespace earshot::verifier {

class Ticker {
 public:
  // `tick(since, now)`: rounds that opened in (since, now] are still in time for their link.
  Ticker(const Clock& clock, std::function<void(UnixNanos, UnixNanos)> tick);
  ~Ticker();  // Waits for a tick in progress.
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void run();

  const Clock& clock_;
  std::function<void(UnixNanos, UnixNanos)> tick_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace earshot::verifier
