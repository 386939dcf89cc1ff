// What an epoch's driver needs of the other verifiers, when there are any. One thread at a time.
#pragma once
#include <optional>
#include <vector>

#include "verifier/record.h"
#include "verifier/registry_store.h"

namespace earshot::verifier {

class Agreement {
 public:
  virtual ~Agreement() = default;

  // Instants at which something is due for the epoch.
  virtual std::vector<UnixNanos> due_times(std::uint64_t epoch) const = 0;
  // Looks at the others now; only where no thread of its own does.
  virtual void exchange(UnixNanos now) = 0;

  enum class State : std::uint8_t {
    open,    // Ask again.
    agreed,  // The record can be made.
    missed,  // We were not there: adopt what the others agreed on.
  };
  // States what our intake log holds once that is due, and says what came of the epoch's set.
  virtual Result<State> close(std::uint64_t epoch, UnixNanos now) = 0;
  // The same of what we measured; every audit that we can answer is answered before the first call.
  virtual Result<State> close_audits(std::uint64_t epoch, UnixNanos now) = 0;
  // When audits have to be answered.
  virtual UnixNanos audits_end(std::uint64_t epoch) const = 0;

  // From the set that was agreed on; with audits once the draw is in the registry and they are
  // agreed on.
  virtual Result<EpochRecord> record(std::uint64_t epoch) = 0;
  // What draws the epoch's audits: nothing when no round had entropy in time.
  virtual Result<std::optional<AuditDraw>> draw(std::uint64_t epoch) = 0;
  // The epoch as at least M others signed it, judged again here; nothing when there is none yet.
  virtual Result<std::optional<SealedEpoch>> adopt(std::uint64_t epoch) = 0;
};

}  // namespace earshot::verifier
