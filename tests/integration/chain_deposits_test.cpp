// Deposits, what they pay for, and withdrawals, on a real node.
#include "tests/integration/chain_fixture.h"

namespace earshot::rewards::chain {
namespace {

class Deposits : public ChainTest {
 protected:
  // Account 1 has earned 600 and can pay for transactions.
  void SetUp() override {
    ChainTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(anvil_->fund(payer_.address));
    submit(epoch_over(earned_, 1'000));
    let_it_mature();
    ASSERT_TRUE(send(encode_claim(claim_of(earned_, 0))));
  }
  Result<Receipt> pay_in(Uint128 amount) {
    return send_from(payer_, contract_->domain().contract, encode_deposit(payer_.address, amount));
  }
  // The next epoch, in which the payer has spent `spent` in all and account 2 earned it.
  void settle(std::uint64_t spent) {
    const std::uint64_t number = contract_->status()->epoch + 1;
    go_to((number + 1) * kEpochSeconds);
    debits_ = {leaf(1, spent)};
    Epoch epoch = epoch_over({leaf(1, 600), leaf(2, 400 + spent)}, 1'000 + spent);
    epoch.debits_root = PayoutTree::build(debits_)->root();
    epoch.cumulative_data = spent;
    submit(epoch);
    let_it_mature();
  }

  const AccountKey payer_ = numbered_key(1);
  const std::vector<PayoutLeaf> earned_ = {leaf(1, 600), leaf(2, 400)};
  std::vector<PayoutLeaf> debits_;
};

TEST_F(Deposits, AreBurnedSpentAndWithdrawn) {
  EXPECT_TRUE(contract_->deposits_at(*node().head_number())->empty());
  const SignerSets sets = *contract_->signers_at(*node().head_number());
  EXPECT_EQ(sets.threshold, 2U);
  EXPECT_EQ(sets.signers, terms().signers);
  ASSERT_TRUE(pay_in(500));
  EXPECT_EQ(balance(1), Uint128{100});
  EXPECT_EQ(contract_->deposit_of(payer_.address)->amount, Uint128{500});
  const std::vector<AccountTotal> deposited = {{payer_.address, 500}};
  EXPECT_EQ(*contract_->deposits_at(*node().head_number()), deposited);
  EXPECT_EQ(*contract_->reservation_epochs(), 1U);
  EXPECT_EQ(*contract_->epoch_seconds(), kEpochSeconds);
  ASSERT_TRUE(send_from(payer_, contract_->domain().contract, encode_request_withdrawal()));
  const std::uint64_t until = contract_->deposit_of(payer_.address)->reserved_until;
  EXPECT_EQ(until, kFirstEpoch + 2);

  settle(200);
  EXPECT_EQ(contract_->status()->settled_epoch, until - 1);
  expect_refused(encode_withdraw(claim_of(debits_, 0)), "StillReserved");
  settle(200);
  ASSERT_TRUE(send(encode_withdraw(claim_of(debits_, 0))));
  EXPECT_EQ(balance(1), Uint128{400});
  const ContractStatus status = *contract_->status();
  EXPECT_EQ(status.settled_debits, PayoutTree::build(debits_)->root());
  EXPECT_EQ(status.deposited, Uint128{500});
  EXPECT_EQ(status.withdrawn, Uint128{300});
  EXPECT_EQ(status.newest_data, Uint128{200});
  EXPECT_EQ(status.supply, status.claimed + status.withdrawn - status.deposited);
  EXPECT_EQ(contract_->deposit_of(payer_.address)->reserved_until, 0U);
  const std::vector<AccountTotal> left = {{payer_.address, 200}};
  EXPECT_EQ(*contract_->deposits_at(*node().head_number()), left);
}

TEST_F(Deposits, OverspentRootIsCancelledByAnybody) {
  ASSERT_TRUE(pay_in(100));
  go_to(kFirstEnd + kEpochSeconds);
  const std::vector<PayoutLeaf> debits = {leaf(1, 101), leaf(2, 0)};
  Epoch epoch = epoch_over({leaf(1, 600), leaf(2, 500)}, 1'100);
  epoch.debits_root = PayoutTree::build(debits)->root();
  epoch.cumulative_data = 100;
  submit(epoch);
  expect_refused(encode_prove_overspend(claim_of(debits, 1)), "BadProof");
  ASSERT_TRUE(send(encode_prove_overspend(claim_of(debits, 0))));
  EXPECT_EQ(contract_->status()->newest_data, Uint128{0});
  EXPECT_EQ(contract_->status()->current_total, Uint128{1'000});
}

}  // namespace
}  // namespace earshot::rewards::chain
