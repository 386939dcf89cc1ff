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
  return **last + 1 - first;
}

Result<void> NetworkLog::append(std::uint64_t epoch) {
  const Result<std::optional<SealedEpoch>> sealed = registry_.sealed(epoch);
  if (!sealed) return fail(sealed.error());
  if (!*sealed) return fail(Errc::bad_data, "it is not sealed, but a later one is");
  const Result<EpochRecord> record = decode_record((*sealed)->record);
  if (!record) return fail(record.error());
  const Result<rewards::Policy> policy =
      rewards::parse_policy((*sealed)->policy_toml, "its policy");
  if (!policy) return fail(policy.error());
  if (log_.head() != LogHead{record->log.size(), record->log.root()}) {
    return fail(Errc::bad_data, "the files hold " + std::to_string(log_.head().size) +
                                    " entries, which are not the " +
                                    std::to_string(record->log.size()) + " before this epoch");
  }
  const Result<EpochOutcome> outcome = judge_epoch(*record, *policy);
  if (!outcome) return fail(outcome.error());
  if (outcome->log != (*sealed)->log) {
    return fail(Errc::bad_data, "judged again, it appends other entries than were sealed");
  }
  return log_.append(network_log(*record, outcome->verdicts, outcome->channels.uses));
}

}  // namespace earshot::verifier
