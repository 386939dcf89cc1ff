// When things happen to an epoch: pure functions of the policy. DESIGN sections 4 and 6.
//
//   commit    opening - commit_ahead     the entropy's hash chain is committed to
//   opening   first round opens
//   end       last round ends
//   draw      end + 75 min + 1 ns        the last body was due; audits are drawn
//   seal      end + grace, not before the draw
//
// What comes after the end counts only time in which the verifier was there: `outages` are those it
// had so far, in order (verifier/outages.h).
#pragma once
#include <algorithm>

#include "core/protocol.h"
#include "rewards/policy.h"
#include "verifier/outages.h"

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
constexpr UnixNanos last_body_due(const rewards::Policy& policy, std::uint64_t epoch,
                                  std::span<const Outage> outages = {}) {
  return deadline_after(epoch_end(policy, epoch), kBodyDeadlineSeconds * kNanosPerSecond, outages);
}
constexpr UnixNanos draw_time(const rewards::Policy& policy, std::uint64_t epoch,
                              std::span<const Outage> outages = {}) {
  return last_body_due(policy, epoch, outages) + 1;
}
constexpr UnixNanos seal_time(const rewards::Policy& policy, std::uint64_t epoch,
                              std::span<const Outage> outages = {}) {
  const UnixNanos grace = policy.grace_seconds * kNanosPerSecond;
  return std::max(deadline_after(epoch_end(policy, epoch), grace, outages),
                  draw_time(policy, epoch, outages));
}
// The first round whose entropy may draw the epoch's audits: nobody knew it while bodies could
// still come.
constexpr Round first_draw_round(const rewards::Policy& policy, std::uint64_t epoch,
                                 std::span<const Outage> outages = {}) {
  const UnixNanos due = last_body_due(policy, epoch, outages);
  const Round round = round_at(due);
  return round_opening(round) < due ? round + 1 : round;
}
// What an audit that is drawn at once leaves to answer: the policy's hours, or what is left of
// grace.
constexpr UnixNanos answer_time(const rewards::Policy& policy, std::uint64_t epoch) {
  const UnixNanos left = seal_time(policy, epoch) - round_opening(first_draw_round(policy, epoch));
  return std::clamp<UnixNanos>(policy.audit_answer_seconds * kNanosPerSecond, 0,
                               std::max<UnixNanos>(left, 0));
}
// Of `all` the outages on which a deadline of the epoch's messages depends.
inline std::vector<Outage> outages_of_epoch(const rewards::Policy& policy, std::uint64_t epoch,
                                            std::span<const Outage> all) {
  const UnixNanos due = last_body_due(policy, epoch, all);
  std::vector<Outage> found;
  for (const Outage& outage : all) {
    if (outage.end > epoch_opening(policy, epoch) && outage.begin < due) found.push_back(outage);
  }
  return found;
}

}  // namespace earshot::verifier
