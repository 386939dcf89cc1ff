// What can stop a root before it counts: fraud proofs, the guardian; and how the signers change.
#include "tests/integration/chain_fixture.h"

namespace earshot::rewards::chain {
namespace {

class Dispute : public ChainTest {
 protected:
  // The first epoch is paid; the second is due.
  void SetUp() override {
    ChainTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    submit(epoch_over(base_, 1'000));
    go_to(kFirstEnd + kEpochSeconds);
    base_root_ = contract_->status()->current_root;
  }
  void expect_cancelled() {
    const ContractStatus status = *contract_->status();
    EXPECT_EQ(status.epoch, kFirstEpoch + 1);
    EXPECT_EQ(status.newest_root, base_root_);
    EXPECT_EQ(status.current_root, base_root_);
    EXPECT_EQ(status.current_total, Uint128{1'000});
    EXPECT_EQ(status.log_size, 10U);
    EXPECT_EQ(status.matures_at, 0U);
  }

  const std::vector<PayoutLeaf> base_ = {leaf(1, 600), leaf(2, 400)};
  Hash256 base_root_{};
};

TEST_F(Dispute, FallenTotalOfAnAccountCancels) {
  const std::vector<PayoutLeaf> newest = {leaf(1, 599), leaf(2, 1'000)};
  submit(epoch_over(newest, 1'599));
  expect_refused(
      encode_prove_regression(TreeKind::rewards, claim_of(base_, 1), claim_of(newest, 1)),
      "BadProof");
  expect_refused(
      encode_prove_regression(TreeKind::rewards, claim_of(newest, 0), claim_of(base_, 0)),
      "BadProof");
  ASSERT_TRUE(
      send(encode_prove_regression(TreeKind::rewards, claim_of(base_, 0), claim_of(newest, 0))));
  expect_cancelled();
}

TEST_F(Dispute, TwoLeavesForOneAccountCancel) {
  const std::vector<PayoutLeaf> newest = {leaf(1, 600), leaf(2, 400), leaf(2, 500)};
  submit(epoch_over(newest, 1'500));
  expect_refused(
      encode_prove_duplicate(TreeKind::rewards, claim_of(newest, 1), claim_of(newest, 1)),
      "BadProof");
  expect_refused(
      encode_prove_duplicate(TreeKind::rewards, claim_of(newest, 0), claim_of(newest, 2)),
      "BadProof");
  ASSERT_TRUE(
      send(encode_prove_duplicate(TreeKind::rewards, claim_of(newest, 1), claim_of(newest, 2))));
  expect_cancelled();
}

TEST_F(Dispute, LeafAboveTheTotalCancels) {
  const std::vector<PayoutLeaf> newest = {leaf(1, 600), leaf(2, 1'501)};
  submit(epoch_over(newest, 1'500));
  expect_refused(encode_prove_over_total(std::vector<Claim>{claim_of(newest, 0)}), "BadProof");
  ASSERT_TRUE(send(encode_prove_over_total(std::vector<Claim>{claim_of(newest, 1)})));
  expect_cancelled();
}

TEST_F(Dispute, LeavesThatAddUpToMoreThanTheTotalCancel) {
  std::vector<PayoutLeaf> newest = {leaf(1, 800), leaf(2, 701)};
  std::sort(newest.begin(), newest.end(),
            [](const PayoutLeaf& a, const PayoutLeaf& b) { return a.account < b.account; });
  submit(epoch_over(newest, 1'500));
  const Claim one = claim_of(newest, 0);
  const Claim other = claim_of(newest, 1);
  expect_refused(encode_prove_over_total(std::vector<Claim>{one, one}), "BadProof");
  expect_refused(encode_prove_over_total(std::vector<Claim>{other, one}), "BadProof");
  ASSERT_TRUE(send(encode_prove_over_total(std::vector<Claim>{one, other})));
  expect_cancelled();
}

TEST_F(Dispute, HonestRootCannotBeCancelledAndNoneAfterItMatured) {
  const std::vector<PayoutLeaf> newest = {leaf(1, 600), leaf(2, 900)};
  submit(epoch_over(newest, 1'500));
  expect_refused(
      encode_prove_regression(TreeKind::rewards, claim_of(base_, 0), claim_of(newest, 0)),
      "BadProof");
  expect_refused(
      encode_prove_over_total(std::vector<Claim>{claim_of(newest, 0), claim_of(newest, 1)}),
      "BadProof");
  let_it_mature();
  expect_refused(encode_prove_over_total(std::vector<Claim>{claim_of(newest, 0)}),
                 "NothingPending");
}

TEST_F(Dispute, LeavesAboveTheTotalNeverInflateEvenUnnoticed) {
  const std::vector<PayoutLeaf> newest = {leaf(1, 800), leaf(2, 701)};
  submit(epoch_over(newest, 1'500));
  let_it_mature();
  ASSERT_TRUE(send(encode_claim(claim_of(newest, 0))));
  expect_refused(encode_claim(claim_of(newest, 1)), "OverTotal(found 1501, total 1500)");
}

TEST_F(Dispute, CancelledEpochIsNeverReplayedAndItsPayCanFollow) {
  const std::vector<PayoutLeaf> newest = {leaf(1, 600), leaf(2, 1'400)};
  const Bytes submission = signed_by_two(epoch_over(newest, 2'000));
  ASSERT_TRUE(send(submission));
  ASSERT_TRUE(send_as_guardian(encode_veto()));
  expect_cancelled();
  expect_refused(submission, "EpochOutOfOrder");
  // The next one may pay for both: the cap is cumulative.
  go_to(kFirstEnd + 2 * kEpochSeconds);
  submit(epoch_over(newest, 2'000));
  let_it_mature();
  ASSERT_TRUE(send(encode_claim(claim_of(newest, 1))));
  EXPECT_EQ(balance(2), Uint128{1'400});
}

TEST_F(Dispute, OldRootIsClaimedFromWhileTheNewOneWaits) {
  const std::vector<PayoutLeaf> newest = {leaf(1, 600), leaf(2, 900)};
  submit(epoch_over(newest, 1'500));
  expect_refused(encode_claim(claim_of(newest, 1)), "BadProof");
  ASSERT_TRUE(send(encode_claim(claim_of(base_, 1))));
  let_it_mature();
  ASSERT_TRUE(send(encode_claim(claim_of(newest, 1))));
  EXPECT_EQ(balance(2), Uint128{900});
}

TEST_F(Dispute, GuardianPausesAndVetoesAndNobodyElseDoes) {
  for (const Bytes& call : {encode_veto(), encode_set_paused(true), encode_veto_rotation(),
                            encode_set_guardian(sender_.address)}) {
    expect_refused(call, "NotGuardian");
  }
  ASSERT_TRUE(send_as_guardian(encode_set_paused(true)));
  EXPECT_TRUE(contract_->status()->paused);
  expect_refused(encode_claim(claim_of(base_, 0)), "IsPaused");
  expect_refused(encode_claim_many(std::vector<Claim>{claim_of(base_, 0)}), "IsPaused");
  expect_refused(signed_by_two(epoch_over(base_, 1'000)), "IsPaused");
  ASSERT_TRUE(send_as_guardian(encode_set_paused(false)));
  ASSERT_TRUE(send(encode_claim(claim_of(base_, 0))));
  ASSERT_TRUE(send_as_guardian(encode_set_guardian(sender_.address)));
  EXPECT_EQ(contract_->status()->guardian, sender_.address);
}

TEST_F(Dispute, FraudProofsGoOnWhilePaused) {
  const std::vector<PayoutLeaf> newest = {leaf(1, 599), leaf(2, 1'000)};
  submit(epoch_over(newest, 1'599));
  ASSERT_TRUE(send_as_guardian(encode_set_paused(true)));
  ASSERT_TRUE(
      send(encode_prove_regression(TreeKind::rewards, claim_of(base_, 0), claim_of(newest, 0))));
  expect_cancelled();
}

class SignerRotation : public Dispute {
 protected:
  Rotation next_signers() const {
    Rotation rotation{2, 1, {numbered_key(11).address, numbered_key(12).address}};
    std::sort(rotation.signers.begin(), rotation.signers.end());
    return rotation;
  }
  Bytes proposal(const Rotation& rotation, std::size_t signatures) {
    const Hash256 digest = rotation_digest(contract_->domain(), rotation);
    std::vector<EvmSignature> made;
    for (const AccountKey& signer : signers_) made.push_back(sign_digest(signer, digest));
    return encode_propose_rotation(rotation, *join_signatures(digest, made, signatures));
  }
};

TEST_F(SignerRotation, NewSignersSignOnceTheDelayIsOver) {
  const Rotation rotation = next_signers();
  expect_refused(proposal(rotation, 1), "BadSignature");
  ASSERT_TRUE(send(proposal(rotation, 2)));
  expect_refused(proposal(rotation, 2), "RotationPending");
  expect_refused(encode_rotate(rotation), "RotationPending");
  go_to(kFirstEnd + kEpochSeconds + kDelay + 60);
  Rotation other = rotation;
  other.threshold = 2;
  expect_refused(encode_rotate(other), "WrongRotation");
  ASSERT_TRUE(send(encode_rotate(rotation)));
  EXPECT_EQ(contract_->status()->signer_set_version, 2U);
  EXPECT_TRUE(*contract_->is_signer(rotation.signers[0]));
  EXPECT_FALSE(*contract_->is_signer(signers_[0].address));

  const Epoch epoch = epoch_over(base_, 1'000);
  expect_refused(signed_by_two(epoch), "BadSignature");
  const std::vector<AccountKey> one = {numbered_key(11)};
  ASSERT_TRUE(send(encode_submit(epoch, *sign_epoch(one, contract_->domain(), epoch, 1))));
}

TEST_F(SignerRotation, VetoedRotationIsNeverReplayed) {
  const Bytes proposed = proposal(next_signers(), 2);
  ASSERT_TRUE(send(proposed));
  ASSERT_TRUE(send_as_guardian(encode_veto_rotation()));
  expect_refused(encode_rotate(next_signers()), "NothingPending");
  expect_refused(proposed, "WrongSignerSet(found 2, expected 3)");
}

TEST_F(SignerRotation, SetsThatCouldNeverSignAreRefused) {
  Rotation too_many = next_signers();
  too_many.threshold = 3;
  expect_refused(proposal(too_many, 2), "BadSigners");
  Rotation none = next_signers();
  none.threshold = 0;
  expect_refused(proposal(none, 2), "BadSigners");
  Rotation unsorted = next_signers();
  std::swap(unsorted.signers[0], unsorted.signers[1]);
  expect_refused(proposal(unsorted, 2), "BadSigners");
}

}  // namespace
}  // namespace earshot::rewards::chain
