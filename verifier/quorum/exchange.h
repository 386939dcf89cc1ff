// Tells the other members what we state, and hears what they state: after `steps()` steps of a
// phase all honest members have heard the same (Dolev and Strong, 1983, by pulling):
//
//     a statement counts when it has come by the end of step k with k members' signatures, its
//     origin's among them, and its content was there;  whoever lets it count signs it too
//     decided at the end: a member with exactly one statement that counts is in, any other is out
//
// With one signature only, a closing must also agree with its log's tiles: later signatures say
// that somebody looked. Everything that came is in the store; one thread at a time, blocking.
#pragma once
#include <functional>
#include <map>
#include <memory>

#include "verifier/complaints.h"
#include "verifier/evidence_desk.h"
#include "verifier/log/note.h"
#include "verifier/quorum/epoch_signature.h"
#include "verifier/quorum/peer.h"
#include "verifier/quorum/quorum_store.h"
#include "verifier/quorum/statement.h"
#include "verifier/registry_store.h"
#include "verifier/store.h"

namespace earshot::verifier {

// What a phase has come to.
enum class PhaseState : std::uint8_t {
  open,     // Not decided yet.
  decided,  // See QuorumStore::decision.
  missed,   // Its end has passed, and we did not look in every step: others know, we do not.
};

class Exchange {
 public:
  struct Parts {
    const Quorum& quorum;
    const rewards::Policy& policy;
    QuorumStore& store;
    RegistryStore& registry;
    const MessageStore& messages;
    EvidenceDesk& evidence;
    const NoteSigner& signer;
    const std::vector<std::unique_ptr<Peer>>& peers;  // By member; null for ourselves.
    // Signs a sealed epoch for the chain; may ask the node.
    std::function<Result<EpochSignature>(const rewards::Artifact&)> sign;
    spdlog::logger& log;
  };
  explicit Exchange(Parts parts) : parts_(std::move(parts)), complaints_(parts_.log) {}

  // Our own statement, under our log's `head`. Nothing happens outside the phase's first step, or
  // when we have made one.
  Result<void> state(std::uint64_t epoch, Phase phase, const Bytes& content, const LogHead& head,
                     UnixNanos now);
  Result<bool> has_stated(std::uint64_t epoch, Phase phase) const;

  // Looks at every peer for what is due: phases of the epochs after the last sealed, snippets that
  // audits ask for, signatures of epochs sealed lately. What fails is logged and due again.
  void tick(UnixNanos now);

  Result<PhaseState> state_of(std::uint64_t epoch, Phase phase, UnixNanos now) const;
  // What is newly proven is logged and kept.
  void accuse(const std::string& name, const std::string& json, const std::string& line);

 private:
  Result<void> look(std::uint64_t epoch, Phase phase, const PhaseWindow& window, UnixNanos now);
  Result<void> look_at(std::size_t peer, std::uint64_t epoch, Phase phase,
                       const PhaseWindow& window, UnixNanos now);
  Result<void> consider(std::size_t peer, std::uint64_t epoch, Phase phase, const Note& note,
                        const OpenedStatement& opened, bool is_in_time);
  Result<void> look_for_contradiction(std::uint64_t epoch, Phase phase, std::size_t origin,
                                      const Note& note, const std::vector<KeptStatement>& known);
  Result<bool> has_content(std::size_t peer, const OpenedStatement& opened);
  Result<bool> has_envelopes(std::size_t peer, const Hash256& content, const IntakeList& list);
  Result<bool> has_tile_of_envelopes(std::size_t peer, const Hash256& content,
                                     const std::vector<const IntakeItem*>& items, std::size_t tile);
  Result<void> decide(std::uint64_t epoch, Phase phase);
  Result<void> pull_snippets(std::uint64_t epoch, UnixNanos now);
  Result<void> exchange_signatures(std::uint64_t epoch);
  Result<std::optional<EpochSignature>> own_signature(std::uint64_t epoch);
  Result<void> pull_signatures(Peer& peer, const EpochSignature& ours);
  // Whether `what` was not looked at lately; from now on it was.
  bool is_due(const std::string& what, UnixNanos now, UnixNanos pause);

  Parts parts_;
  Complaints complaints_;
  std::map<std::string, UnixNanos> looked_;
};

}  // namespace earshot::verifier
