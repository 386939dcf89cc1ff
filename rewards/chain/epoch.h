// What verifiers agree on and sign for the chain. Plain values, any thread.
#pragma once
#include <vector>

#include "core/bytes.h"
#include "core/fixed.h"
#include "core/messages.h"
#include "rewards/epoch_rewards.h"

namespace earshot::rewards::chain {

// What the contract takes for an epoch; members in the order of its struct (EpochRoots.sol).
struct Epoch {
  std::uint64_t epoch = 0;
  std::uint64_t signer_set_version = 1;
  Hash256 previous_rewards_root{};  // The contract's current root; zero for the first.
  Hash256 rewards_root{};
  Uint128 cumulative_total = 0;  // Base units.
  Hash256 debits_root{};         // Over what each depositor spent; zero when there are none.
  Uint128 cumulative_data = 0;   // Part of the total that deposits paid for.
  Hash256 artifact_hash{};       // SHA-256 of the encoded Artifact.
  std::uint64_t log_size = 0;
  Hash256 log_root{};
  bool operator==(const Epoch&) const = default;
};
// What an artifact says of its epoch, for the given signer set.
Epoch epoch_of(const Artifact& artifact, std::uint64_t signer_set_version);

struct Rotation {
  std::uint64_t version = 0;
  std::uint64_t threshold = 0;
  std::vector<EvmAddress> signers;  // Strictly ascending.
  bool operator==(const Rotation&) const = default;
};

}  // namespace earshot::rewards::chain
