// A payout that can be checked by itself: a leaf, its way to the root, and of which epoch. As a
// file it is what an owner keeps, sends to a contract or gives to somebody else to claim with.
//
//   {"epoch": "20779", "root": "0x...", "account": "0x...", "cumulative": "123", "proof": ["0x...",
//   ...]}
//
// Pure, any thread.
#pragma once
#include <string>

#include "rewards/chain/contract.h"

namespace earshot::rewards::chain {

struct PayoutProof {
  std::uint64_t epoch = 0;
  Hash256 root{};
  Claim claim;
};

// Errc::check_failed when the artifact has nothing for the account.
Result<PayoutProof> prove_payout(const Artifact& artifact, const EvmAddress& account);
// The same from its debits: what a payer spent, for a withdrawal.
Result<PayoutProof> prove_debit(const Artifact& artifact, const EvmAddress& payer);

std::string payout_proof_to_json(const PayoutProof& proof);
// Errc::bad_data names the key; Errc::check_failed when the proof does not lead to its own root.
Result<PayoutProof> payout_proof_from_json(const std::string& text);

}  // namespace earshot::rewards::chain
