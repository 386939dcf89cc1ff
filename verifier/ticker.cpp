#include "verifier/ticker.h"

#include <algorithm>

#include "core/protocol.h"

namespace earshot::verifier {

Ticker::Ticker(const Clock& clock, std::function<void(UnixNanos, UnixNanos)> tick)
    : clock_(clock), tick_(std::move(tick)), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  while (!is_over_) {
    lock.unlock();
    const UnixNanos before = clock_.now();
    tick_(before - kLinkDeadlineSeconds * kNanosPerSecond, before);
    lock.lock();
    const UnixNanos now = clock_.now();
    const UnixNanos pause = std::min(round_opening(round_at(now) + 1) - now, kNanosPerSecond);
    wake_.wait_for(lock, std::chrono::nanoseconds(pause), [this] { return is_over_; });
  }
}

}  // namespace earshot::verifier
