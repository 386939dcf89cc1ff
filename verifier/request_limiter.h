// How often one key may have a request looked at: a token bucket for each, asked after what costs
// nothing has been checked and before a signature is.
//
// Memory does not grow: keys fall into kSlots buckets by a keyed hash, so two may share one, and
// nobody can choose with whom. Strangers (keys that have not onboarded) share one bucket more,
// because keys cost nothing: they can take turns away from each other, not from who is registered.
//
// Any thread.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "core/identity.h"

namespace earshot::verifier {

struct LimiterRules {
  std::uint32_t key_requests_per_second = 0;  // 0: no limit.
  std::uint32_t key_burst = 1;                // At least 1: so many at once after a pause.
  std::uint32_t strangers_per_second = 0;     // All together; 0: no limit. Their burst is the same.
};

class RequestLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kSlots = std::size_t{1} << 18;  // 2 MiB. Chosen.

  explicit RequestLimiter(const LimiterRules& rules);

  // Zero: it may, and that counts. Otherwise seconds after which it may, at least 1.
  std::int64_t admit(const PublicKey& key, bool is_stranger, Time now);

 private:
  using Nanos = std::chrono::nanoseconds;
  static std::int64_t take(std::atomic<std::int64_t>& bucket, Nanos interval, std::uint32_t burst,
                           Time now);

  const LimiterRules rules_;
  const ByteArray<16> secret_;  // Of the hash.
  const std::unique_ptr<std::atomic<std::int64_t>[]> buckets_;
  std::atomic<std::int64_t> strangers_{0};
};

}  // namespace earshot::verifier
