#include "rewards/chain/epoch.h"

#include <gtest/gtest.h>

#include "core/hash.h"
#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

TEST(Epoch, OfAnArtifactNamesItsRootHashAndLog) {
  Artifact artifact;
  artifact.epoch = 20779;
  artifact.previous_rewards_root = filled<32>(0x11);
  artifact.log_size = 5;
  artifact.log_root = filled<32>(0x22);
  artifact.cumulative_total = 7;
  artifact.cumulative_data = 2;
  artifact.debits = {{filled<20>(0x02), 3}};
  artifact.accounts = {{filled<20>(0x01), 7}};
  const Epoch epoch = epoch_of(artifact, 4);
  EXPECT_EQ(epoch.signer_set_version, 4U);
  EXPECT_EQ(epoch.rewards_root, rewards_root(artifact));
  EXPECT_EQ(epoch.artifact_hash, sha256(encode(artifact)));
  EXPECT_EQ(epoch.cumulative_total, Uint128{7});
  EXPECT_EQ(epoch.log_size, 5U);
  EXPECT_EQ(epoch.debits_root, debits_root(artifact));
  EXPECT_EQ(epoch.cumulative_data, Uint128{2});
}

}  // namespace
}  // namespace earshot::rewards::chain
