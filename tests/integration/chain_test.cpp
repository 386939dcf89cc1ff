// Epochs and claims on a real node: what the contract takes, and each thing it refuses.
#include "tests/integration/chain_fixture.h"

namespace earshot::rewards::chain {
namespace {

class EpochOnChain : public ChainTest {
 protected:
  const std::vector<PayoutLeaf> leaves_ = {leaf(1, 600), leaf(2, 399), leaf(3, 1)};
};

// n - s, with the other recovery byte: the same signer for anybody who does not look.
EvmSignature with_high_s(EvmSignature signature) {
  const ByteArray<32> order =
      *array_from_hex<32>("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
  int borrow = 0;
  for (std::size_t i = 32; i-- > 0;) {
    const int difference = order[i] - signature[32 + i] - borrow;
    borrow = difference < 0 ? 1 : 0;
    signature[32 + i] = static_cast<std::uint8_t>(difference + 256 * borrow);
  }
  signature[64] = signature[64] == 27 ? 28 : 27;
  return signature;
}

Bytes joined(const std::vector<EvmSignature>& signatures) {
  Bytes out;
  for (const EvmSignature& signature : signatures) {
    out.insert(out.end(), signature.begin(), signature.end());
  }
  return out;
}

TEST_F(EpochOnChain, QuorumSubmitsAndOwnerClaims) {
  submit(epoch_over(leaves_, 1'000));
  ContractStatus status = *contract_->status();
  EXPECT_EQ(status.epoch, kFirstEpoch);
  EXPECT_TRUE(status.pending());
  EXPECT_EQ(status.current_total, Uint128{0});
  expect_refused(encode_claim(claim_of(leaves_, 0)), "BadProof");

  let_it_mature();
  status = *contract_->status();
  EXPECT_FALSE(status.pending());
  EXPECT_EQ(status.current_total, Uint128{1'000});
  ASSERT_TRUE(send(encode_claim(claim_of(leaves_, 0))));
  EXPECT_EQ(balance(1), Uint128{600});
  EXPECT_EQ(contract_->status()->supply, Uint128{600});
}

TEST_F(EpochOnChain, DigestsAreThoseOfTheContract) {
  const Epoch epoch = epoch_over(leaves_, 1'000);
  EXPECT_EQ(*contract_->hash_epoch(epoch), epoch_digest(contract_->domain(), epoch));
  const Rotation rotation{2, 1, {numbered_key(1).address, numbered_key(2).address}};
  EXPECT_EQ(*contract_->hash_rotation(rotation), rotation_digest(contract_->domain(), rotation));
}

TEST_F(EpochOnChain, SignaturesThatAreNotAQuorumAreRefused) {
  const Epoch epoch = epoch_over(leaves_, 1'000);
  const Hash256 digest = epoch_digest(contract_->domain(), epoch);
  std::vector<EvmSignature> good;
  for (const AccountKey& signer : signers_) good.push_back(sign_digest(signer, digest));
  const EvmSignature stranger = sign_digest(numbered_key(7), digest);
  const std::vector<std::pair<const char*, Bytes>> wrong = {
      {"none", {}},
      {"one of three", joined({good[0]})},
      {"all three where two are asked", joined(good)},
      {"descending", joined({good[1], good[0]})},
      {"one twice", joined({good[0], good[0]})},
      {"a stranger after", joined({good[0], stranger})},
      {"a stranger before", joined({stranger, good[2]})},
      {"high s", joined({with_high_s(good[0]), good[1]})},
      {"zeros", Bytes(130)},
  };
  for (const auto& [what, signatures] : wrong) {
    SCOPED_TRACE(what);
    expect_refused(encode_submit(epoch, signatures), "BadSignature");
  }
  EXPECT_TRUE(send(encode_submit(epoch, joined({good[1], good[2]}))));
}

TEST_F(EpochOnChain, TamperedFieldsAreRefused) {
  const Epoch epoch = epoch_over(leaves_, 900);
  const Bytes signatures = *sign_epoch(signers_, contract_->domain(), epoch, 2);
  std::vector<Epoch> tampered(6, epoch);
  tampered[0].rewards_root[0] ^= 1;
  tampered[1].cumulative_total += 1;
  tampered[2].artifact_hash[31] ^= 1;
  tampered[3].log_size += 1;
  tampered[4].log_root[5] ^= 1;
  tampered[5].cumulative_total -= 1;
  for (const Epoch& one : tampered) expect_refused(encode_submit(one, signatures), "BadSignature");
  // For another contract, or another chain, the same signatures are nothing either.
  ContractDomain elsewhere = contract_->domain();
  elsewhere.chain_id += 1;
  expect_refused(encode_submit(epoch, *sign_epoch(signers_, elsewhere, epoch, 2)), "BadSignature");
}

TEST_F(EpochOnChain, WhatTheRulesForbidIsRefusedAlthoughTheQuorumSigned) {
  const auto refused = [&](auto change, const std::string& reason) {
    Epoch epoch = epoch_over(leaves_, 1'000);
    change(epoch);
    expect_refused(signed_by_two(epoch), reason);
  };
  refused([](Epoch& e) { e.epoch -= 1; }, "EpochOutOfOrder(found 20778, last 20778)");
  refused([](Epoch& e) { e.epoch += 1; }, "EpochNotOver(epoch 20780, endsAt 1795478400)");
  refused([](Epoch& e) { e.signer_set_version = 2; }, "WrongSignerSet(found 2, expected 1)");
  refused([](Epoch& e) { e.previous_rewards_root = filled_hash(1); }, "WrongPreviousRoot");
  refused([](Epoch& e) { e.cumulative_total = 1'001; }, "OverEmissionCap(found 1001, cap 1000)");
  refused([](Epoch& e) { e.cumulative_data = 1; }, "DataNotBacked(found 1, backed 0)");
}

TEST_F(EpochOnChain, NextEpochBuildsOnTheOneBefore) {
  const Epoch first = epoch_over(leaves_, 1'000);
  submit(first);
  const std::vector<PayoutLeaf> more = {leaf(1, 1'200), leaf(2, 399), leaf(3, 1)};
  // Before the first has matured, whatever is in it.
  Epoch early = epoch_over(more, 1'600);
  early.previous_rewards_root = first.rewards_root;
  expect_refused(signed_by_two(early), "PreviousStillPending");

  go_to(kFirstEnd + kEpochSeconds);
  const auto refused = [&](auto change, const std::string& reason) {
    Epoch epoch = epoch_over(more, 1'600);
    change(epoch);
    expect_refused(signed_by_two(epoch), reason);
  };
  refused([](Epoch& e) { e.cumulative_total = 999; }, "TotalFell(found 999, least 1000)");
  refused([](Epoch& e) { e.log_size = 9; }, "LogShrunk(found 9, least 10)");
  refused([](Epoch& e) { e.previous_rewards_root = {}; }, "WrongPreviousRoot");
  refused([](Epoch& e) { e.cumulative_total = 2'001; }, "OverEmissionCap(found 2001, cap 2000)");
  // The same epoch a second time.
  expect_refused(signed_by_two(first), "EpochOutOfOrder");

  ASSERT_TRUE(send(encode_claim(claim_of(leaves_, 0))));
  submit(epoch_over(more, 1'600));
  let_it_mature();
  ASSERT_TRUE(send(encode_claim(claim_of(more, 0))));
  EXPECT_EQ(balance(1), Uint128{1'200});
}

TEST_F(EpochOnChain, ClaimsPayOnceAndOnlyTheLeaf) {
  submit(epoch_over(leaves_, 1'000));
  let_it_mature();
  Claim greedy = claim_of(leaves_, 1);
  greedy.leaf.cumulative = amount_from(400);
  expect_refused(encode_claim(greedy), "BadProof");
  Claim stolen = claim_of(leaves_, 1);
  stolen.leaf.account = numbered_key(9).address;
  expect_refused(encode_claim(stolen), "BadProof");
  ASSERT_TRUE(send(encode_claim(claim_of(leaves_, 1))));
  expect_refused(encode_claim(claim_of(leaves_, 1)), "NothingToClaim");
  EXPECT_EQ(balance(2), Uint128{399});
  EXPECT_EQ(*contract_->claimed(numbered_key(2).address), Uint128{399});
}

TEST_F(EpochOnChain, ManyClaimsSkipWhatCannotBePaid) {
  submit(epoch_over(leaves_, 1'000));
  let_it_mature();
  ASSERT_TRUE(send(encode_claim(claim_of(leaves_, 0))));
  std::vector<Claim> claims = {claim_of(leaves_, 0), claim_of(leaves_, 1), claim_of(leaves_, 2)};
  claims[1].proof.pop_back();
  ASSERT_TRUE(send(encode_claim_many(claims)));
  EXPECT_EQ(balance(1), Uint128{600});
  EXPECT_EQ(balance(2), Uint128{0});
  EXPECT_EQ(balance(3), Uint128{1});
}

TEST_F(EpochOnChain, EmissionHalvesBySchedule) {
  DeployTerms halving = terms();
  halving.halving_epochs = 2;
  deploy(halving);
  // 1000 + 1000 | 500 + 500 | 250
  const std::vector<std::uint64_t> caps = {1'000, 2'000, 2'500, 3'000, 3'250};
  for (std::size_t i = 0; i < caps.size(); ++i) {
    EXPECT_EQ(*contract_->emission_cap(kFirstEpoch + i), Uint128{caps[i]}) << i;
  }
  EXPECT_EQ(*contract_->emission_cap(kFirstEpoch - 1), Uint128{0});
  // 1000, 500, 250, 125, 62, 31, 15, 7, 3, 1: each twice, and then nothing more.
  EXPECT_EQ(*contract_->emission_cap(~std::uint64_t{0}), Uint128{2 * 1'994});
}

TEST_F(EpochOnChain, AddressWithoutContractIsOneLine) {
  const Result<RewardsContract> nothing = RewardsContract::at(node(), numbered_key(9).address);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Errc::check_failed);
}

}  // namespace
}  // namespace earshot::rewards::chain
