// The submitter across restarts and beside another one; a verifier's key in another program.
#include "rewards/chain/remote_signer.h"
#include "tests/integration/chain_fixture.h"

namespace earshot::rewards::chain {
namespace {

class Submitters : public ChainTest {
 protected:
  void SetUp() override {
    ChainTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    epoch_ = epoch_over({leaf(1, 600), leaf(2, 400)}, 1'000);
    data_ = signed_by_two(epoch_);
    journal_ = new_journal();
  }
  Submitter begin(const AccountKey& key, const std::string& journal) {
    Result<Submitter> submitter = Submitter::begin(node(), key, contract_->domain().contract, data_,
                                                   journal, patient_rules());
    EXPECT_TRUE(submitter) << submitter.error().detail;
    return std::move(*submitter);
  }
  // Every step by a program that was started for it and dies after it.
  Progress step() { return begin(sender_, journal_).advance().value(); }

  Epoch epoch_;
  Bytes data_;
  std::string journal_;
};

TEST_F(Submitters, ARestartAtEveryStepGoesOnAndPaysOnce) {
  ASSERT_TRUE(anvil_->set_automine(false));
  begin(sender_, journal_);                      // On disk and sent.
  ASSERT_TRUE(anvil_->drop_all_transactions());  // As if it had died between the two.
  EXPECT_EQ(step().stage, Stage::waiting);       // Sent again.
  EXPECT_EQ(step().stage, Stage::waiting);
  ASSERT_TRUE(anvil_->mine());
  EXPECT_EQ(step().stage, Stage::mined);
  ASSERT_TRUE(anvil_->reorganize(1));
  EXPECT_EQ(step().stage, Stage::waiting);
  ASSERT_TRUE(anvil_->mine());
  EXPECT_EQ(step().stage, Stage::mined);
  ASSERT_TRUE(anvil_->mine());
  EXPECT_EQ(step().stage, Stage::mined);
  ASSERT_TRUE(anvil_->mine());
  EXPECT_EQ(step().stage, Stage::final);
  EXPECT_EQ(step().stage, Stage::final);
  EXPECT_EQ(*node().mined_nonce(sender_.address), 2U);  // Deployment and this.
  EXPECT_EQ((**read_journal(journal_)).attempts.size(), 1U);
}

TEST_F(Submitters, OfTwoAtOnceOnePutsTheEpochOnChainAndTheOtherIsTold) {
  const AccountKey other = numbered_key(210);
  ASSERT_TRUE(anvil_->fund(other.address));
  ASSERT_TRUE(anvil_->set_automine(false));
  Submitter one = begin(sender_, journal_);
  ASSERT_TRUE(anvil_->drop_all_transactions());  // The other's node has not seen it.
  Submitter two = begin(other, new_journal());
  EXPECT_EQ(one.advance()->stage, Stage::waiting);
  ASSERT_TRUE(anvil_->mine());
  const Result<Progress> first = one.advance();
  const Result<Progress> second = two.advance();
  ASSERT_NE(first.has_value(), second.has_value());
  EXPECT_NE((first ? second : first).error().detail.find("was reverted"), std::string::npos);
  EXPECT_EQ(contract_->status()->epoch, kFirstEpoch);
  // Whoever comes later still pays no fee to find out.
  const Result<Submitter> late = Submitter::begin(
      node(), numbered_key(211), contract_->domain().contract, data_, new_journal());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().detail.find("contract refuses: PreviousStillPending"), 0U);
}

TEST_F(Submitters, ABaseFeeAboveTheLimitIsWaitedOut) {
  FeeRules rules;
  rules.looks_before_raise = 1;
  rules.limit = 5'000'000'000;
  ASSERT_TRUE(anvil_->set_automine(false));
  Submitter submitter =
      Submitter::begin(node(), sender_, contract_->domain().contract, data_, journal_, rules)
          .value();
  ASSERT_TRUE(anvil_->drop_all_transactions());
  ASSERT_TRUE(node().request("anvil_setNextBlockBaseFeePerGas", {"0x2540be400"}));  // 10 gwei
  ASSERT_TRUE(anvil_->mine());
  for (int look = 0; look < 6; ++look) EXPECT_EQ(submitter.advance()->stage, Stage::waiting);
  const Journal journal = **read_journal(journal_);
  for (const Attempt& attempt : journal.attempts) {
    EXPECT_TRUE(attempt.max_fee <= rules.limit);
  }
  ASSERT_TRUE(node().request("anvil_setNextBlockBaseFeePerGas", {"0x3b9aca00"}));  // 1 gwei
  ASSERT_TRUE(anvil_->mine());
  EXPECT_EQ(submitter.advance()->stage, Stage::waiting);  // Sent again, now that it is enough.
  ASSERT_TRUE(anvil_->mine());
  const Result<Progress> mined = look_for(submitter, Stage::mined);
  EXPECT_TRUE(mined) << mined.error().detail;
}

// The node's own development account plays the verifier: its key is in another program.
class RemoteKey : public Submitters {
 protected:
  RemoteSigner signer_for(const EvmAddress& account) {
    return {JsonRpc(*parse_endpoint(anvil_->url())), account};
  }
  const EvmAddress dev_ = *parse_address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
};

TEST_F(RemoteKey, SignsWhatTheContractTakes) {
  DeployTerms terms = this->terms();
  terms.signers = {dev_};
  terms.threshold = 1;
  deploy(terms);
  const Epoch epoch = epoch_over({leaf(1, 600), leaf(2, 400)}, 1'000);
  const Result<EvmSignature> signature = signer_for(dev_).sign(contract_->domain(), epoch);
  ASSERT_TRUE(signature) << signature.error().detail;
  ASSERT_TRUE(send(encode_submit(epoch, *signature)));
}

TEST_F(RemoteKey, SignsAnAnchorAndAReservationAsAKeyOfOursWould) {
  const channels::Anchor anchor{dev_, filled_hash(0x21), kFirstEpoch, 3, 70, filled_hash(0x7A)};
  const Result<EvmSignature> signature = signer_for(dev_).sign(contract_->domain(), anchor);
  ASSERT_TRUE(signature) << signature.error().detail;
  const AccountKey same = *account_key(
      *array_from_hex<32>("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
  EXPECT_EQ(*signature, sign_digest(same, anchor_digest(contract_->domain(), anchor)));
  const Hash256 id = anchor_digest(contract_->domain(), anchor);
  const auto reserved = signer_for(dev_).sign_reservation(contract_->domain(), id);
  ASSERT_TRUE(reserved) << reserved.error().detail;
  EXPECT_EQ(*reserved, sign_digest(same, reservation_digest(contract_->domain(), id)));
}

// The submitter's whole life with a key that it never sees: sent, raised, mined, taken up again.
TEST_F(RemoteKey, PaysForATransactionAndForItsRaise) {
  const TransactionSigner signer(JsonRpc(*parse_endpoint(anvil_->url())), dev_);
  ASSERT_TRUE(anvil_->set_automine(false));
  FeeRules rules;
  rules.looks_before_raise = 0;
  const std::string journal = new_journal();
  const EvmAddress to = contract_->domain().contract;
  Result<Submitter> submitter = Submitter::begin(node(), signer, to, data_, journal, rules);
  ASSERT_TRUE(submitter) << submitter.error().detail;
  ASSERT_EQ(submitter->advance()->stage, Stage::waiting);
  EXPECT_EQ(submitter->attempts(), 2U);
  const auto kept = Submitter::resume(node(), signer, to, journal, patient_rules());
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((*kept)->attempts(), 2U);
  EXPECT_EQ((*kept)->transaction(), submitter->transaction());
  EXPECT_EQ(Submitter::resume(node(), sender_, to, journal).error().code, Errc::usage);
  EXPECT_FALSE(Submitter::resume(node(), signer, to, new_journal())->has_value());
  ASSERT_TRUE(anvil_->mine());
  EXPECT_TRUE(look_for(*submitter, Stage::mined));
}

TEST_F(RemoteKey, ASignatureOfAnotherAccountOrARefusalIsNotPassedOn) {
  const Result<EvmSignature> stranger =
      signer_for(numbered_key(7).address).sign(contract_->domain(), epoch_);
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().code, Errc::check_failed);
  anvil_->kill();
  EXPECT_EQ(signer_for(dev_).sign(contract_->domain(), epoch_).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace earshot::rewards::chain
