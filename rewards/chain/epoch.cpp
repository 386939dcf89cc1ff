#include "rewards/chain/epoch.h"

#include "core/hash.h"

namespace earshot::rewards::chain {

Epoch epoch_of(const Artifact& artifact, std::uint64_t signer_set_version) {
  Epoch epoch;
  epoch.epoch = artifact.epoch;
  epoch.signer_set_version = signer_set_version;
  epoch.previous_rewards_root = artifact.previous_rewards_root;
  epoch.rewards_root = rewards_root(artifact);
  epoch.cumulative_total = artifact.cumulative_total;
  epoch.debits_root = debits_root(artifact);
  epoch.cumulative_data = artifact.cumulative_data;
  epoch.artifact_hash = sha256(encode(artifact));
  epoch.log_size = artifact.log_size;
  epoch.log_root = artifact.log_root;
  return epoch;
}

}  // namespace earshot::rewards::chain
