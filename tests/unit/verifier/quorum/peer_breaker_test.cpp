#include "verifier/quorum/peer_breaker.h"

#include <gtest/gtest.h>

namespace earshot::verifier {
namespace {

using std::chrono::seconds;
constexpr PeerBreaker::Time kNow{seconds(1'000'000)};

TEST(PeerBreaker, IsWaitedForUntilItIsSilent) {
  PeerBreaker breaker;
  EXPECT_TRUE(breaker.may_wait(kNow));
  EXPECT_TRUE(breaker.may_wait(kNow));
  EXPECT_FALSE(breaker.answered());
  EXPECT_TRUE(breaker.was_silent(kNow, kNow + seconds(2)));
  EXPECT_FALSE(breaker.may_wait(kNow + seconds(11)));
}

TEST(PeerBreaker, IsTriedOutByOneCallerAfterEachPause) {
  PeerBreaker breaker;
  breaker.was_silent(kNow, kNow);
  EXPECT_TRUE(breaker.may_wait(kNow + seconds(10)));
  EXPECT_FALSE(breaker.may_wait(kNow + seconds(10)));
  EXPECT_TRUE(breaker.answered());
  EXPECT_TRUE(breaker.may_wait(kNow + seconds(11)));
  EXPECT_FALSE(breaker.is_silent());
}

TEST(PeerBreaker, PausesGrowTwofoldToFiveMinutesAndBeginAnew) {
  PeerBreaker breaker;
  PeerBreaker::Time now = kNow;
  breaker.was_silent(now, now);
  for (const int pause : {10, 20, 40, 80, 160, 300, 300}) {
    EXPECT_FALSE(breaker.may_wait(now + seconds(pause - 1))) << pause;
    now += seconds(pause);
    EXPECT_TRUE(breaker.may_wait(now)) << pause;
    EXPECT_FALSE(breaker.was_silent(now, now));
  }
  EXPECT_TRUE(breaker.answered());
  EXPECT_TRUE(breaker.was_silent(now, now));
  EXPECT_TRUE(breaker.may_wait(now + seconds(10)));
}

TEST(PeerBreaker, ManyQuestionsOfOneMomentAreOneSilence) {
  PeerBreaker breaker;
  EXPECT_TRUE(breaker.was_silent(kNow, kNow + seconds(2)));
  for (int i = 0; i < 10; ++i)
    EXPECT_FALSE(breaker.was_silent(kNow + seconds(1), kNow + seconds(3)));
  EXPECT_TRUE(breaker.may_wait(kNow + seconds(12)));
}

}  // namespace
}  // namespace earshot::verifier
