// When things happen to an epoch: pure functions of the policy. DESIGN sections 4 and 6.
//
//   commit    opening - commit_ahead     the entropy's hash chain is committed to
//   opening   first round opens
//   end       last round ends
//   draw      end + 75 min               the last body was due; audits are drawn
//   seal      end + grace
#pragma once
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
constexpr UnixNanos draw_time(const rewards::Policy& policy, std::uint64_t epoch) {
  return epoch_end(policy, epoch) + kBodyDeadlineSeconds * kNanosPerSecond;
}
constexpr UnixNanos seal_time(const rewards::Policy& policy, std::uint64_t epoch) {
  return epoch_end(policy, epoch) + policy.grace_seconds * kNanosPerSecond;
}
// The first round whose entropy may draw the epoch's audits: nobody knew it while bodies could
// still come.
constexpr Round first_draw_round(const rewards::Policy& policy, std::uint64_t epoch) {
  const Round round = round_at(draw_time(policy, epoch));
  return round_opening(round) < draw_time(policy, epoch) ? round + 1 : round;
}

}  // namespace earshot::verifier
