#include "rewards/chain/payout_proof.h"

#include <gtest/gtest.h>

namespace earshot::rewards::chain {
namespace {

Artifact artifact() {
  return {.epoch = 20779,
          .cumulative_total = 6,
          .cumulative_data = 1,
          .debits = {{EvmAddress{1}, 0}, {EvmAddress{2}, 1}},
          .accounts = {{EvmAddress{1}, 1}, {EvmAddress{2}, 2}, {EvmAddress{3}, 3}}};
}

TEST(PayoutProof, IsReadBackAndLeadsToTheArtifactsRoot) {
  const PayoutProof proof = prove_payout(artifact(), EvmAddress{2}).value();
  EXPECT_EQ(proof.root, rewards_root(artifact()));
  const PayoutProof again = payout_proof_from_json(payout_proof_to_json(proof)).value();
  EXPECT_EQ(again.epoch, 20779U);
  EXPECT_EQ(again.root, proof.root);
  EXPECT_EQ(again.claim.leaf, proof.claim.leaf);
  EXPECT_EQ(again.claim.proof, proof.claim.proof);
}

TEST(PayoutProof, OfADebitIsForTheOtherTree) {
  const PayoutProof proof = prove_debit(artifact(), EvmAddress{1}).value();
  EXPECT_EQ(proof.root, debits_root(artifact()));
  EXPECT_EQ(proof.claim.leaf.cumulative, amount_from(0));
  EXPECT_EQ(prove_debit(artifact(), EvmAddress{3}).error().detail,
            "epoch 20779 has no debit for " + to_display(EvmAddress{3}));
}

TEST(PayoutProof, ThatIsBentIsRefused) {
  const std::string good = payout_proof_to_json(*prove_payout(artifact(), EvmAddress{2}));
  const auto refusal = [&](const std::string& from, const std::string& to) {
    std::string bent = good;
    bent.replace(bent.find(from), from.size(), to);
    return payout_proof_from_json(bent).error();
  };
  EXPECT_EQ(refusal("\"cumulative\":\"2\"", "\"cumulative\":\"3\"").code, Errc::check_failed);
  EXPECT_EQ(refusal("\"20779\"", "\"-1\"").detail.substr(0, 6), "epoch:");
  EXPECT_EQ(refusal("\"proof\":[", "\"proof\":[7,").detail.substr(0, 6), "proof:");
  EXPECT_EQ(refusal("\"root\":\"0x", "\"root\":\"0xzz").detail.substr(0, 5), "root:");
  EXPECT_EQ(refusal("\"account\"", "\"acount\"").detail.substr(0, 8), "account:");
  EXPECT_EQ(payout_proof_from_json("[]").error().detail, "no JSON object");
}

}  // namespace
}  // namespace earshot::rewards::chain
