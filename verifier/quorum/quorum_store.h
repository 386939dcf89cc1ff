// What members have told each other: statements with their signatures, contents, envelopes, links,
// epochs' signatures, proofs of misbehaviour. SQLite; what a method has returned for survives the
// loss of power. Any thread. Errors as verifier/registry_store.h.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "verifier/quorum/contents.h"
#include "verifier/quorum/quorum.h"

namespace earshot::verifier {

struct KeptStatement {
  std::size_t origin = 0;
  std::string text;  // The note's.
  std::string note;  // With all signatures that have come.
  Hash256 content{};
  // Heard in time with its content, so that it counts. Others are kept because they may prove a
  // contradiction.
  bool is_heard = false;
};

// What came of a phase: for each member the content that counts, or nothing.
using PhaseOutcome = std::vector<std::optional<Hash256>>;

struct KeptEvidence {
  std::string name;  // Of the file: "equivocation-20779-closing-<address>"
  std::string json;
};

class QuorumStore {
 public:
  static Result<std::unique_ptr<QuorumStore>> open(const std::string& path, NetworkId network);
  ~QuorumStore();

  // By (epoch, phase, text): a second time replaces note and is_heard.
  Result<void> keep_statement(std::uint64_t epoch, Phase phase, const KeptStatement& statement);
  Result<std::vector<KeptStatement>> statements(std::uint64_t epoch, Phase phase) const;

  // That we looked at the peers in the n-th step of the phase.
  Result<void> keep_step(std::uint64_t epoch, Phase phase, std::size_t step);
  Result<std::size_t> steps_kept(std::uint64_t epoch, Phase phase) const;
  Result<void> decide(std::uint64_t epoch, Phase phase, const PhaseOutcome& decision);
  Result<std::optional<PhaseOutcome>> decision(std::uint64_t epoch, Phase phase) const;

  Result<void> keep_content(const Bytes& content);
  Result<std::optional<Bytes>> content(const Hash256& hash) const;
  Result<void> keep_envelopes(const std::vector<Bytes>& envelopes);
  Result<std::optional<Bytes>> envelope(const Hash256& hash) const;
  // Drops the lists and measurements that were stated for the epoch, and envelopes; who stated what
  // stays. All or none.
  Result<void> forget(std::uint64_t epoch, const std::vector<Hash256>& envelopes);

  // The block that the epoch's entropy takes.
  Result<void> keep_block(std::uint64_t epoch, const Hash256& hash);
  Result<std::optional<Hash256>> block(std::uint64_t epoch) const;
  Result<void> keep_link(Round round, std::size_t member, const Hash256& link);
  // One for each of `members`; zero where none has come.
  Result<LinkRow> links(Round round, std::size_t members) const;

  // What a member signed for an epoch, as JSON (quorum/epoch_signature.h); the first stays.
  Result<void> keep_signature(std::uint64_t epoch, std::size_t member, const std::string& json);
  Result<std::vector<std::pair<std::size_t, std::string>>> signatures(std::uint64_t epoch) const;

  // True when it is new.
  Result<bool> keep_evidence(const KeptEvidence& evidence);
  Result<std::vector<KeptEvidence>> evidence() const;

 private:
  struct Impl;
  explicit QuorumStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::verifier
