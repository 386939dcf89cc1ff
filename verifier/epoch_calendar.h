// When things happen to an epoch: pure functions of the policy. DESIGN sections 4 and 6.
//
//   commit    opening - commit_ahead     the entropy's hash chain is committed to
//   opening   first round opens
//   end       last round ends
//   draw      end + 75 min + 1 ns        the last body was due; audits are drawn
//   seal      end + grace, not before the draw
#pragma once
#include <algorithm>

#include "core/protocol.h"
#include "rewards/policy.h"

namespace earshot::verifier {

constexpr std::uint64_t epoch_of_round(const rewards::Policy& policy, Round round) {
  return round / policy.epoch_rounds;
}
constexpr UnixNanos epoch_opening(const rewards::Policy& policy, std::uint64_t epoch) {
  return round_opening(rewards::first_round_of_epoch(policy, epoch));
}
constexpr UnixNanos epoch_end(const rewards::Policy& policy, std::uint64_t epoch) {
  return epoch_opening(policy, epoch + 1);
}
// The last instant at which a body of the epoch's last round is in time.
constexpr UnixNanos last_body_due(const rewards::Policy& policy, std::uint64_t epoch) {
  return epoch_end(policy, epoch) + kBodyDeadlineSeconds * kNanosPerSecond;
}
constexpr UnixNanos draw_time(const rewards::Policy& policy, std::uint64_t epoch) {
  return last_body_due(policy, epoch) + 1;
}
constexpr UnixNanos seal_time(const rewards::Policy& policy, std::uint64_t epoch) {
  return std::max(epoch_end(policy, epoch) + policy.grace_seconds * kNanosPerSecond,
                  draw_time(policy, epoch));
}
// The first round whose entropy may draw the epoch's audits: nobody knew it while bodies could
// still come.
constexpr Round first_draw_round(const rewards::Policy& policy, std::uint64_t epoch) {
  const Round round = round_at(last_body_due(policy, epoch));
  return round_opening(round) < last_body_due(policy, epoch) ? round + 1 : round;
}

}  // namespace earshot::verifier
