// What is sent to the rewards contract, as bytes. Pure functions, any thread.
#pragma once
#include <span>
#include <vector>

#include "rewards/chain/eip712.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {

// The constructor's arguments (EpochRoots.sol, Terms).
struct DeployTerms {
  std::vector<EvmAddress> signers;  // Strictly ascending.
  std::uint64_t threshold = 2;      // Signatures that an epoch needs.
  EvmAddress guardian{};            // May veto and pause; zero: nobody.
  std::uint64_t first_epoch = 1;    // At least 1.
  std::uint64_t epoch_seconds = 86'400;
  std::uint64_t activation_delay = 3'600;  // Seconds, at most epoch_seconds.
  std::uint64_t halving_epochs = 0;        // 0: emission never halves.
  std::uint64_t reservation_epochs = 1;    // How far ahead deposits are reserved; at most 60.
  Uint128 emission_per_epoch = 0;          // Base units.
};
// Errc::usage names the term that the contract would refuse.
Result<void> check_terms(const DeployTerms& terms);

// Transaction data. `signatures` as join_signatures gives them.
Bytes encode_deploy(const DeployTerms& terms);
Bytes encode_submit(const Epoch& epoch, ByteView signatures);
Bytes encode_propose_rotation(const Rotation& rotation, ByteView signatures);
Bytes encode_rotate(const Rotation& rotation);
struct Claim {
  PayoutLeaf leaf;
  std::vector<Hash256> proof;
};
Bytes encode_claim(const Claim& claim);
Bytes encode_claim_many(std::span<const Claim> claims);
// A payer's deposit: `debit` is its leaf in the debits, with the proof.
Bytes encode_deposit(const EvmAddress& payer, Uint128 amount);
Bytes encode_request_withdrawal();
Bytes encode_withdraw(const Claim& debit);
// Fraud proofs against the pending root, each with its leaves and their proofs.
enum class TreeKind : std::uint8_t { rewards = 0, debits = 1 };  // As the contract's Tree.
Bytes encode_prove_regression(TreeKind tree, const Claim& base, const Claim& newest);
Bytes encode_prove_duplicate(TreeKind tree, const Claim& one, const Claim& other);
Bytes encode_prove_over_total(std::span<const Claim> claims);  // Ascending by account.
Bytes encode_prove_overspend(const Claim& debit);
Bytes encode_veto();
Bytes encode_veto_rotation();
Bytes encode_set_paused(bool paused);
Bytes encode_set_guardian(const EvmAddress& guardian);
// Questions that the contract answers without a transaction: its own EIP-712 digests.
Bytes encode_hash_epoch(const Epoch& epoch);
Bytes encode_hash_rotation(const Rotation& rotation);

}  // namespace earshot::rewards::chain
