#include "verifier/request_limiter.h"

#include <gtest/gtest.h>

#include "tests/doubles/fake_signer.h"
#include "tests/doubles/memory_store.h"
#include "verifier/ingest.h"

namespace earshot::verifier {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr RequestLimiter::Time kStart{std::chrono::hours(5)};
constexpr Round kRound = 29'000'000;
constexpr UnixNanos kLate = round_opening(kRound) + 3 * 3600 * kNanosPerSecond;

TEST(RequestLimiter, TakesABurstThenTheRate) {
  RequestLimiter limiter({.key_requests_per_second = 2, .key_burst = 5});
  const PublicKey key{1};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.admit(key, false, kStart), 0);
  EXPECT_EQ(limiter.admit(key, false, kStart), 1);
  EXPECT_EQ(limiter.admit(key, false, kStart + milliseconds(499)), 1);
  EXPECT_EQ(limiter.admit(key, false, kStart + milliseconds(500)), 0);
  EXPECT_EQ(limiter.admit(key, false, kStart + milliseconds(500)), 1);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.admit(key, false, kStart + seconds(60)), 0);
  EXPECT_GT(limiter.admit(key, false, kStart + seconds(60)), 0);
}

TEST(RequestLimiter, OneKeyDoesNotCostAnother) {
  RequestLimiter limiter({.key_requests_per_second = 1, .key_burst = 1});
  EXPECT_EQ(limiter.admit(PublicKey{1}, false, kStart), 0);
  EXPECT_GT(limiter.admit(PublicKey{1}, false, kStart), 0);
  EXPECT_EQ(limiter.admit(PublicKey{2}, false, kStart), 0);
}

TEST(RequestLimiter, StrangersShareTheirsAndLeaveTheRegisteredAlone) {
  RequestLimiter limiter({.strangers_per_second = 3});
  for (std::uint8_t i = 0; i < 3; ++i) EXPECT_EQ(limiter.admit(PublicKey{i}, true, kStart), 0);
  EXPECT_EQ(limiter.admit(PublicKey{9}, true, kStart), 1);
  EXPECT_EQ(limiter.admit(PublicKey{10}, false, kStart), 0);
  EXPECT_EQ(limiter.admit(PublicKey{9}, true, kStart + seconds(1)), 0);
}

TEST(RequestLimiter, ZeroIsNoLimit) {
  RequestLimiter limiter({});
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limiter.admit(PublicKey{}, true, kStart), 0);
}

TEST(RequestLimiter, IsAskedAfterWhatIsCheapAndBeforeSignatures) {
  MemoryStore store;
  RequestLimiter limiter({.key_requests_per_second = 1, .key_burst = 2});
  Ingest ingest(kTestNetwork, store, &limiter);
  FakeSigner signer(1);
  const auto take = [&](const SignedBatch& batch) {
    return ingest.take_headers(std::span(&batch.header, 1), kLate);
  };
  const SignedBatch ahead = signer.sign_as(1, {signer.silence(round_at(kLate) + 9)});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(take(ahead).status, IntakeStatus::malformed);
  SignedBatch forged = signer.sign_as(1, {signer.silence(kRound)});
  forged.header.signature[0] ^= 1;
  EXPECT_EQ(take(forged).status, IntakeStatus::bad_signature);
  EXPECT_EQ(take(forged).status, IntakeStatus::bad_signature);
  const Intake limited = take(forged);
  EXPECT_EQ(limited.status, IntakeStatus::rate_limited);
  EXPECT_GE(limited.retry_after_seconds, 1);
}

}  // namespace
}  // namespace earshot::verifier
