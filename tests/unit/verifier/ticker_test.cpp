#include "verifier/ticker.h"

#include <gtest/gtest.h>

#include <atomic>

#include "core/protocol.h"

namespace earshot::verifier {
namespace {

TEST(Ticker, TicksAtOnceAndEndsWhenDestroyed) {
  const SystemClock clock;
  std::atomic<int> ticks{0};
  std::atomic<UnixNanos> patience{0};
  {
    const Ticker ticker(clock, [&](UnixNanos since, UnixNanos now) {
      patience = now - since;
      ++ticks;
    });
    while (ticks == 0) std::this_thread::yield();
  }
  const int at_the_end = ticks;
  EXPECT_GE(at_the_end, 1);
  EXPECT_EQ(patience, kLinkDeadlineSeconds * kNanosPerSecond);
}

}  // namespace
}  // namespace earshot::verifier
