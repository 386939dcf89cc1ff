// An epoch of several verifiers: what we state of it, and the record that follows from what all
// state. The record is a function of decided statements only, so all that decided alike make the
// same bytes.
#pragma once
#include "verifier/agreement.h"
#include "verifier/quorum/exchange.h"
#include "verifier/quorum/set_agreement.h"

namespace earshot::verifier {

class QuorumAgreement final : public Agreement {
 public:
  struct Parts {
    const Quorum& quorum;
    const rewards::Policy& policy;
    const MessageStore& messages;
    RegistryStore& registry;
    QuorumStore& store;
    Exchange& exchange;
    const std::vector<std::unique_ptr<Peer>>& peers;  // By member; null for ourselves.
    // Exchange on the caller's thread: under a virtual clock.
    bool exchanges_here = false;
  };
  explicit QuorumAgreement(const Parts& parts) : parts_(parts) {}

  std::vector<UnixNanos> due_times(std::uint64_t epoch) const override;
  void exchange(UnixNanos now) override;
  Result<State> close(std::uint64_t epoch, UnixNanos now) override;
  Result<State> close_audits(std::uint64_t epoch, UnixNanos now) override;
  UnixNanos audits_end(std::uint64_t epoch) const override;
  Result<EpochRecord> record(std::uint64_t epoch) override;
  Result<std::optional<AuditDraw>> draw(std::uint64_t epoch) override;
  Result<std::optional<SealedEpoch>> adopt(std::uint64_t epoch) override;

 private:
  Result<IntakeList> own_list(std::uint64_t epoch, const LogHead& head, UnixNanos now);
  Result<std::vector<IntakeItem>> own_items(const std::vector<StoredMessage>& stored);
  Result<void> find_own_places(std::uint64_t epoch, const LogHead& head, IntakeList& list);
  Result<void> add_own_links(Round first, Round end, IntakeList& list);

  // Contents of what a phase decided on, by member; empty where a member is out.
  Result<std::vector<Bytes>> contents(std::uint64_t epoch, Phase phase);
  Result<AgreedSet> agreed_set(std::uint64_t epoch);
  Result<void> add_entropy(EpochRecord& record, const AgreedSet& set);
  Result<void> add_messages(EpochRecord& record, const AgreedSet& set);
  Result<void> add_audits(EpochRecord& record);
  Result<std::optional<SealedEpoch>> adopt_from(Peer& peer, std::uint64_t epoch);
  Result<std::size_t> count_signatures(Peer& peer, const rewards::Artifact& artifact);

  Parts parts_;
};

}  // namespace earshot::verifier
