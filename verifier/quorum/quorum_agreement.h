// An epoch of several verifiers: states what we have to say of it in time (own_intake.h), and gives
// the record that follows from what all stated (agreed_record.h).
#pragma once
#include "verifier/agreement.h"
#include "verifier/channel_books.h"
#include "verifier/quorum/agreed_record.h"
#include "verifier/quorum/exchange.h"
#include "verifier/quorum/own_intake.h"

namespace earshot::verifier {

class QuorumAgreement final : public Agreement {
 public:
  struct Parts {
    const Quorum& quorum;
    const rewards::Policy& policy;
    MessageStore& messages;
    RegistryStore& registry;
    QuorumStore& store;
    Exchange& exchange;
    const std::vector<std::unique_ptr<Peer>>& peers;  // By member; null for ourselves.
    // Exchange on the caller's thread: under a virtual clock.
    bool exchanges_here = false;
    ChannelBooks* channels = nullptr;  // Not null where the quorum has channels.
  };
  explicit QuorumAgreement(const Parts& parts)
      : parts_(parts),
        own_intake_({parts.quorum, parts.policy, parts.messages, parts.registry, parts.store}),
        agreed_({parts.quorum, parts.policy, parts.messages, parts.registry, parts.store}) {}

  std::vector<UnixNanos> due_times(std::uint64_t epoch) const override;
  void exchange(UnixNanos now) override;
  Result<State> close(std::uint64_t epoch, UnixNanos now) override;
  Result<State> close_audits(std::uint64_t epoch, UnixNanos now) override;
  UnixNanos audits_end(std::uint64_t epoch) const override;
  Result<EpochRecord> record(std::uint64_t epoch) override { return agreed_.record(epoch); }
  Result<std::optional<AuditDraw>> draw(std::uint64_t epoch) override {
    return agreed_.draw(epoch);
  }
  Result<std::optional<SealedEpoch>> adopt(std::uint64_t epoch) override;

 private:
  Result<bool> may_state(std::uint64_t epoch, Phase phase, UnixNanos now);
  Result<State> state_of(std::uint64_t epoch, std::initializer_list<Phase> phases, UnixNanos now);
  Result<void> state_audits(std::uint64_t epoch, UnixNanos now);
  Result<void> state_channels(std::uint64_t epoch, UnixNanos now);
  // Catching up (adoption.cpp).
  Result<std::optional<SealedEpoch>> adopt_from(Peer& peer, std::uint64_t epoch);
  Result<std::size_t> count_signatures(Peer& peer, const rewards::Artifact& artifact);

  Parts parts_;
  OwnIntake own_intake_;
  AgreedRecord agreed_;
};

}  // namespace earshot::verifier
