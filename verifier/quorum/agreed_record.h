// An epoch's record as it follows from what members stated: a function of decided statements only,
// so all that decided alike make the same bytes. One thread.
#pragma once
#include "verifier/quorum/quorum_store.h"
#include "verifier/quorum/set_agreement.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

class AgreedRecord {
 public:
  struct Parts {
    const Quorum& quorum;
    const rewards::Policy& policy;
    const MessageStore& messages;
    const RegistryStore& registry;
    const QuorumStore& store;
  };
  explicit AgreedRecord(const Parts& parts) : parts_(parts) {}

  // With what is decided so far: the closings have to be. Errc::unavailable while something that
  // it needs is not known yet.
  Result<EpochRecord> record(std::uint64_t epoch);
  // What draws the epoch's audits: nothing when no round had entropy in time.
  Result<std::optional<AuditDraw>> draw(std::uint64_t epoch);

 private:
  Result<std::vector<IntakeList>> closing_lists(std::uint64_t epoch);
  Result<void> add_entropy(EpochRecord& record, std::span<const LinkRow> links);
  Result<AgreedSet> agreed_set(const EpochRecord& record, std::span<const IntakeList> lists);
  Result<void> add_messages(EpochRecord& record, const AgreedSet& set);
  Result<void> add_audits(EpochRecord& record);
  Result<void> add_channels(EpochRecord& record);

  Parts parts_;
};

// Contents of what a phase decided on, by member; empty where a member is out. Errc::unavailable
// before it is decided.
Result<std::vector<Bytes>> decided_contents(const QuorumStore& store, std::uint64_t epoch,
                                            Phase phase);

}  // namespace earshot::verifier
