// Makes the entropy of rounds: commits to a hash chain before an epoch, waits for the block that is
// finalized after the commitment, releases one link a round.
//
//   R_r = SHA-256("earshot/v1/entropy" || r || B || link(r - first_round)),  B = hash of block
//   head-at-commitment + 1
//
// A round has entropy only when B was known and its link released within kLinkDeadlineSeconds after
// its opening; otherwise it is skipped, never made up for. One thread at a time;
// everything that counts is in the registry.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "rewards/policy.h"
#include "verifier/block_source.h"
#include "verifier/registry_store.h"

namespace earshot::verifier {

struct EntropyRules {
  UnixNanos commit_ahead = 0;  // Nanoseconds before an epoch's opening.
  // Secret seed of an epoch's hash chain.
  std::function<ByteArray<32>(std::uint64_t epoch)> make_seed;
};

class EntropyMaker {
 public:
  virtual ~EntropyMaker() = default;

  // Releases the links of the rounds that opened in (since, now] and have none yet; says how many.
  // Does not ask the node.
  virtual Result<std::size_t> release(UnixNanos since, UnixNanos now) = 0;

  // Commits to the epochs that are due, and asks for the blocks of those committed to. May take
  // the node's timeout. Errc::unavailable when the node does not answer: call again.
  struct Progress {
    std::vector<EntropyCommitment> committed;  // In this call.
    std::vector<EntropyCommitment> block_known;
  };
  virtual Result<Progress> advance(UnixNanos now) = 0;
};

// Of a verifier that is alone.
class EntropySource final : public EntropyMaker {
 public:
  // All are borrowed, `policy` included.
  EntropySource(RegistryStore& registry, BlockSource& blocks, const rewards::Policy& policy,
                EntropyRules rules)
      : registry_(registry), blocks_(blocks), policy_(policy), rules_(std::move(rules)) {}

  Result<std::size_t> release(UnixNanos since, UnixNanos now) override;
  Result<Progress> advance(UnixNanos now) override;

 private:
  Result<void> commit(std::uint64_t epoch, UnixNanos now, Progress& progress);
  Result<void> learn_block(std::uint64_t epoch, Progress& progress);
  Result<std::vector<ReleasedRound>> links_of(std::uint64_t epoch, Round first, Round end);

  RegistryStore& registry_;
  BlockSource& blocks_;
  const rewards::Policy& policy_;
  EntropyRules rules_;
  std::optional<std::uint64_t> chain_epoch_;  // Of chain_, which is slow to make.
  std::optional<EntropyChain> chain_;
};

}  // namespace earshot::verifier
