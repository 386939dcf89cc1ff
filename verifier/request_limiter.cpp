#include "verifier/request_limiter.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace earshot::verifier {
namespace {

ByteArray<16> random_secret() {
  const ByteArray<32> seed = random_seed();
  ByteArray<16> secret{};
  std::copy_n(seed.begin(), secret.size(), secret.begin());
  return secret;
}

}  // namespace

RequestLimiter::RequestLimiter(const LimiterRules& rules)
    : rules_(rules),
      secret_(random_secret()),
      buckets_(std::make_unique<std::atomic<std::int64_t>[]>(kSlots)) {}

// GCRA: a bucket is the instant at which it would be full again. One request moves it by
// `interval`; it may lie at most `burst` intervals ahead.
std::int64_t RequestLimiter::take(std::atomic<std::int64_t>& bucket, Nanos interval,
                                  std::uint32_t burst, Time now) {
  const std::int64_t at = std::chrono::duration_cast<Nanos>(now.time_since_epoch()).count();
  const std::int64_t depth = interval.count() * burst;
  std::int64_t full = bucket.load();
  while (true) {
    const std::int64_t next = std::max(full, at) + interval.count();
    if (next - at > depth) {
      constexpr std::int64_t kSecond = 1'000'000'000;
      return std::max<std::int64_t>(1, (next - at - depth + kSecond - 1) / kSecond);
    }
    if (bucket.compare_exchange_weak(full, next)) return 0;
  }
}

std::int64_t RequestLimiter::admit(const PublicKey& key, bool is_stranger, Time now) {
  if (is_stranger && rules_.strangers_per_second > 0) {
    const std::int64_t wait =
        take(strangers_, Nanos(std::chrono::seconds(1)) / rules_.strangers_per_second,
             rules_.strangers_per_second, now);
    if (wait > 0) return wait;
  }
  if (rules_.key_requests_per_second == 0) return 0;
  ByteArray<crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), key.data(), key.size(), secret_.data());
  std::uint64_t slot = 0;
  std::memcpy(&slot, hash.data(), sizeof slot);
  return take(buckets_[slot % kSlots],
              Nanos(std::chrono::seconds(1)) / rules_.key_requests_per_second, rules_.key_burst,
              now);
}

}  // namespace earshot::verifier
