// Submits epochs as they are sealed, one look at the world after another.
//
//     contract says the last epoch -> the next one is sealed -> M signatures -> sent (on disk
//     first)
//     -> in a block -> final -> the next
//
// Nothing is remembered but what lies in the journal of the transaction that is under way: what is
// on chain is asked anew with each look, so a restart, another submitter or a chain that takes
// blocks back need no treatment of their own.
#pragma once
#include <optional>
#include <string>

#include "cli/chain_proposal.h"

namespace earshot::cli {

class EpochFollower {
 public:
  EpochFollower(const SubmitOptions& options, rewards::chain::TransactionSigner signer)
      : options_(options), signer_(std::move(signer)) {}

  struct Look {
    std::string line;                              // Where things stand.
    bool has_more = false;                         // Look again at once.
    std::optional<rewards::chain::Receipt> final;  // Of `epoch`.
    std::uint64_t epoch = 0;
  };
  // An error is of the world, for now: the next look may fare better.
  Result<Look> look();

 private:
  std::string journal_of(std::uint64_t epoch) const;
  Result<Look> resume_or_begin();
  Result<Look> begin(std::uint64_t epoch);
  Result<Look> advance();
  void forget();
  std::string line(const std::string& what) const;

  SubmitOptions options_;
  rewards::chain::TransactionSigner signer_;
  std::optional<ConnectedContract> contract_;
  std::optional<rewards::chain::Submitter> submitter_;  // On contract_'s node.
  std::uint64_t epoch_ = 0;                             // That is looked at.
};

}  // namespace earshot::cli
