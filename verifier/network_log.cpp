#include "verifier/network_log.h"

#include "verifier/judge.h"

namespace earshot::verifier {
namespace {

Error about(std::uint64_t epoch, const Error& error) {
  return {error.code, "network log, epoch " + std::to_string(epoch) + ": " + error.detail};
}

}  // namespace

Result<std::uint64_t> NetworkLog::catch_up() {
  const Result<std::optional<std::uint64_t>> last = registry_.last_sealed();
  if (!last) return fail(last.error());
  if (!*last || *last == done_) return 0;
  // Back to the newest epoch that is in: mostly one step.
  std::uint64_t first = **last + 1;
  while (first > 0 && done_ != first - 1) {
    const Result<std::optional<SealedEpoch>> sealed = registry_.sealed(first - 1);
    if (!sealed) return fail(sealed.error());
    if (!*sealed || (*sealed)->log.size() <= log_.head().size) break;
    --first;
  }
  for (std::uint64_t epoch = first; epoch <= **last; ++epoch) {
    if (Result<void> done = append(epoch); !done) return fail(about(epoch, done.error()));
  }
  done_ = *last;
  offered_.reset();
  return **last + 1 - first;
}

NetworkLog::Addition NetworkLog::addition_of(const EpochRecord& record,
                                             const EpochOutcome& outcome) {
  return {.epoch = record.epoch,
          .before = {record.log.size(), record.log.root()},
          .after = outcome.log,
          .entries = network_log(record, outcome.verdicts, outcome.channels.uses)};
}

void NetworkLog::offer(const EpochRecord& record, const EpochOutcome& outcome) {
  offered_ = addition_of(record, outcome);
}

Result<NetworkLog::Addition> NetworkLog::judge_again(const SealedEpoch& sealed) {
  const Result<EpochRecord> record = decode_record(sealed.record);
  if (!record) return fail(record.error());
  const Result<rewards::Policy> policy = rewards::parse_policy(sealed.policy_toml, "its policy");
  if (!policy) return fail(policy.error());
  const Result<EpochOutcome> outcome = judge_epoch(*record, *policy);
  if (!outcome) return fail(outcome.error());
  return addition_of(*record, *outcome);
}

Result<void> NetworkLog::append(std::uint64_t epoch) {
  const Result<std::optional<SealedEpoch>> sealed = registry_.sealed(epoch);
  if (!sealed) return fail(sealed.error());
  if (!*sealed) return fail(Errc::bad_data, "it is not sealed, but a later one is");
  const bool is_offered = offered_ && offered_->epoch == epoch && offered_->after == (*sealed)->log;
  const Result<Addition> again = is_offered ? Addition{} : judge_again(**sealed);
  if (!again) return fail(again.error());
  const Addition& addition = is_offered ? *offered_ : *again;
  if (log_.head() != addition.before) {
    return fail(Errc::bad_data, "the files hold " + std::to_string(log_.head().size) +
                                    " entries, which are not the " +
                                    std::to_string(addition.before.size) + " before this epoch");
  }
  if (addition.after != (*sealed)->log) {
    return fail(Errc::bad_data, "judged again, it appends other entries than were sealed");
  }
  return log_.append(addition.entries);
}

}  // namespace earshot::verifier
