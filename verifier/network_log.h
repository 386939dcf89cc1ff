// The network log as files (verifier/log/log_directory.h): each sealed epoch's entries, in the
// order in which its seal counts them (network_log in verifier/judge.h).
//
// What an epoch appends follows from its record, so that a log which lags behind the seals (the
// process was killed in between, the store is older than the files) catches up from them.
#pragma once
#include <optional>
#include <vector>

#include "verifier/judge.h"
#include "verifier/log/log_directory.h"
#include "verifier/registry_store.h"

namespace earshot::verifier {

class NetworkLog {
 public:
  // Both are borrowed.
  NetworkLog(LogDirectory& log, const RegistryStore& registry) : log_(log), registry_(registry) {}

  // What an epoch that was just sealed appends, so that it need not be judged again for it. Kept
  // until the next catch_up, and of the last epoch only.
  void offer(const EpochRecord& record, const EpochOutcome& outcome);

  // Appends every sealed epoch that is not in yet; how many. One thread at a time. Errc::bad_data
  // when the files are no log of these epochs.
  Result<std::uint64_t> catch_up();

 private:
  // What an epoch appends, and to what.
  struct Addition {
    std::uint64_t epoch = 0;
    LogHead before;
    CompactRange after;
    std::vector<Bytes> entries;
  };
  static Addition addition_of(const EpochRecord& record, const EpochOutcome& outcome);
  static Result<Addition> judge_again(const SealedEpoch& sealed);
  Result<void> append(std::uint64_t epoch);

  LogDirectory& log_;
  const RegistryStore& registry_;
  std::optional<std::uint64_t> done_;  // The last epoch that is in.
  std::optional<Addition> offered_;
};

}  // namespace earshot::verifier
