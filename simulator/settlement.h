// From a sealed epoch to a balance: verifiers recompute and sign, one transaction settles, owners
// claim, and their balances are read back from the node.
#pragma once
#include <string>
#include <vector>

#include "rewards/chain/contract.h"
#include "simulator/anvil.h"
#include "simulator/verifier_child.h"
#include "simulator/world.h"
#include "verifier/judge.h"

namespace earshot::simulator {

// The verifier set of a simulated world: keys from the seed, 2 of 3 sign.
inline constexpr std::size_t kVerifiers = 3;
inline constexpr std::size_t kQuorum = 2;
std::vector<rewards::chain::AccountKey> verifier_keys(std::uint64_t seed);  // By address.

struct Claimed {
  std::string owner;
  EvmAddress account{};
  Uint128 amount = 0;
  Hash256 transaction{};
  std::uint64_t block = 0;
  Uint128 balance = 0;  // As the node answers after it.
};

struct Settled {
  EvmAddress contract{};
  Hash256 transaction{};
  std::uint64_t block = 0;
  std::uint64_t gas = 0;
  std::vector<EvmAddress> signers;
  std::vector<Claimed> claims;
};

// What published files say when anybody judges them again. Errc::check_failed names the file that
// is not what its record and policy give.
struct Recomputed {
  verifier::EpochRecord record;
  rewards::Policy policy;
  verifier::EpochOutcome outcome;
};
Result<Recomputed> recompute(const PublishedEpoch& published);

// Puts the rewards contract on the chain, before the epoch.
Result<EvmAddress> deploy_contract(const World& world, AnvilProcess& chain,
                                   const std::string& journal_directory);

// Two verifiers recompute and sign; the epoch is submitted, matures, and every owner who was paid
// claims. Transactions are journaled in `journal_directory`.
Result<Settled> settle(const World& world, AnvilProcess& chain, const EvmAddress& contract,
                       const PublishedEpoch& published, const std::string& journal_directory);

}  // namespace earshot::simulator
