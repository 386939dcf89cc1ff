// The entropy of several verifiers:
//
//   R_r = SHA-256("earshot/v1/entropy" || r || B || XOR of the members' links for r)
//
// Commitments are agreed on as statements (quorum/exchange.h); B is the hash of the block after the
// M-th lowest head that was committed after. A link is taken from its own maker until
// kDirectSeconds after the round's opening, from anybody until kLinkDeadlineSeconds: so what one
// honest member took in time reaches the others. With fewer than M links the round is skipped.
//
// One thread at a time; everything that counts is in the stores.
#pragma once
#include "verifier/entropy_source.h"
#include "verifier/quorum/exchange.h"

namespace earshot::verifier {

// Chosen: half of what a link has.
inline constexpr UnixNanos kDirectNanos = kLinkDeadlineSeconds * kNanosPerSecond / 2;

class QuorumEntropy final : public EntropyMaker {
 public:
  struct Parts {
    const Quorum& quorum;
    const rewards::Policy& policy;
    RegistryStore& registry;
    QuorumStore& store;
    const MessageStore& messages;
    BlockSource& blocks;
    Exchange& exchange;
    const std::vector<std::unique_ptr<Peer>>& peers;
    std::function<ByteArray<32>(std::uint64_t epoch)> make_seed;
    spdlog::logger& log;
  };
  explicit QuorumEntropy(Parts parts) : parts_(std::move(parts)), complaints_(parts_.log) {}

  // Looks at the peers' links of the round that is open, at most for two seconds.
  Result<std::size_t> release(UnixNanos since, UnixNanos now) override;
  Result<Progress> advance(UnixNanos now) override;

 private:
  // What makes entropy in an epoch, once all of it is known.
  struct Ground {
    std::vector<std::optional<Commitment>> commitments;
    Hash256 block{};
    Round first_round = 0;
  };
  Result<std::optional<Ground>> ground_of(std::uint64_t epoch);
  Result<void> commit(std::uint64_t epoch, UnixNanos now, Progress& progress);
  Result<void> learn_block(std::uint64_t epoch, Progress& progress);
  Result<void> show_own_link(std::uint64_t epoch, Round round, const Ground& ground);
  void pull_links(Round round, UnixNanos now, const Ground& ground);
  void tell_missing(const LinkRow& row);

  Parts parts_;
  Complaints complaints_;
  std::optional<std::uint64_t> chain_epoch_;  // Of chain_, which is slow to make.
  std::optional<EntropyChain> chain_;
};

// The commitments that a phase decided on, by member.
Result<std::vector<std::optional<Commitment>>> commitments_of(const QuorumStore& store,
                                                              const PhaseOutcome& decision);

// Links that a member holds, as a note: "earshot/v1/links", network and round, a line with address
// and link for each.
Note sign_links(const NoteSigner& signer, const Quorum& quorum, const LinkRow& row);
// Errc::bad_data or Errc::bad_signature when it is not `member`'s note on `round`.
Result<LinkRow> open_links(std::string_view note, const Quorum& quorum, std::size_t member,
                           Round round);

}  // namespace earshot::verifier
