// The submitter against a node that forgets, reorganises, prices it out and dies.
#include "tests/integration/chain_fixture.h"

namespace earshot::rewards::chain {
namespace {

class Submission : public ChainTest {
 protected:
  void SetUp() override {
    ChainTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    data_ = signed_by_two(epoch_over({leaf(1, 600), leaf(2, 400)}, 1'000));
    journal_ = new_journal();
  }
  Submitter begin() {
    Result<Submitter> submitter =
        Submitter::begin(node(), sender_, contract_->domain().contract, data_, journal_, rules_);
    EXPECT_TRUE(submitter) << submitter.error().detail;
    return std::move(*submitter);
  }
  // One look; with a stage, as many as it takes.
  Progress look(Submitter& submitter) { return checked(submitter.advance()); }
  Progress look_until(Submitter& submitter, Stage stage) {
    return checked(look_for(submitter, stage));
  }

 private:
  static Progress checked(const Result<Progress>& progress) {
    EXPECT_TRUE(progress) << progress.error().detail;
    return progress ? *progress : Progress{};
  }

 protected:
  Bytes data_;
  std::string journal_;
  FeeRules rules_ = patient_rules();
};

TEST_F(Submission, CountsOnlyWhenFinalized) {
  Submitter submitter = begin();
  look_until(submitter, Stage::mined);
  ASSERT_TRUE(anvil_->mine());
  EXPECT_EQ(look(submitter).stage, Stage::mined);
  ASSERT_TRUE(anvil_->mine());
  const Progress done = look(submitter);
  EXPECT_EQ(done.stage, Stage::final);
  EXPECT_EQ(submitter.attempts(), 1U);
  EXPECT_LE(done.receipt->block_number, *node().finalized_number());
}

TEST_F(Submission, SurvivesAReorganisation) {
  Submitter submitter = begin();
  look_until(submitter, Stage::mined);
  ASSERT_TRUE(anvil_->reorganize(1));
  ASSERT_EQ(contract_->status()->epoch, kFirstEpoch - 1);
  // The look finds it gone and sends it again; automine mines it.
  EXPECT_EQ(look(submitter).stage, Stage::waiting);
  look_until(submitter, Stage::mined);
  ASSERT_TRUE(anvil_->finalize());
  EXPECT_EQ(look(submitter).stage, Stage::final);
  EXPECT_EQ(contract_->status()->epoch, kFirstEpoch);
  EXPECT_EQ(submitter.attempts(), 1U);
}

TEST_F(Submission, SurvivesANodeThatDropsEverything) {
  ASSERT_TRUE(anvil_->set_automine(false));
  Submitter submitter = begin();
  EXPECT_EQ(look(submitter).stage, Stage::waiting);
  ASSERT_TRUE(anvil_->drop_all_transactions());
  EXPECT_EQ(look(submitter).stage, Stage::waiting);
  ASSERT_TRUE(anvil_->mine());
  look_until(submitter, Stage::mined);
}

TEST_F(Submission, RaisesTheFeeOfWhatStaysUnmined) {
  rules_.looks_before_raise = 3;
  ASSERT_TRUE(anvil_->set_automine(false));
  Submitter submitter = begin();
  for (unsigned i = 0; i < rules_.looks_before_raise; ++i) look(submitter);
  EXPECT_EQ(submitter.attempts(), 1U);
  look(submitter);
  EXPECT_EQ(submitter.attempts(), 2U);
  const Journal journal = **read_journal(journal_);
  EXPECT_GE(journal.attempts[1].priority_fee * 8, journal.attempts[0].priority_fee * 9);
  EXPECT_GE(journal.attempts[1].max_fee * 8, journal.attempts[0].max_fee * 9);
  ASSERT_TRUE(anvil_->mine());
  const Progress progress = look_until(submitter, Stage::mined);
  EXPECT_EQ(progress.transaction, journal.attempts[1].signed_transaction.hash);
}

TEST_F(Submission, RaisesTheFeeWhenTheMarketRanAway) {
  rules_.looks_before_raise = 3;
  ASSERT_TRUE(anvil_->set_automine(false));
  Submitter submitter = begin();
  ASSERT_TRUE(anvil_->drop_all_transactions());
  ASSERT_TRUE(node().request("anvil_setNextBlockBaseFeePerGas", {"0x2540be400"}));  // 10 gwei
  ASSERT_TRUE(anvil_->mine());
  for (unsigned i = 0; i <= rules_.looks_before_raise; ++i) look(submitter);
  ASSERT_TRUE(anvil_->mine());
  look_until(submitter, Stage::mined);
  EXPECT_GE(submitter.attempts(), 2U);
}

TEST_F(Submission, IsTakenUpFromDiskAndHappensOnce) {
  ASSERT_TRUE(anvil_->set_automine(false));
  {
    const Submitter died_here = begin();
  }
  Submitter again = begin();
  EXPECT_EQ(again.attempts(), 1U);
  ASSERT_TRUE(anvil_->mine());
  look_until(again, Stage::mined);
  ASSERT_TRUE(anvil_->finalize());
  // And once more, long after it was paid: nothing is sent.
  Submitter late = begin();
  EXPECT_EQ(look(late).stage, Stage::final);
  EXPECT_EQ(*node().mined_nonce(sender_.address), 2U);  // Deployment and this.
}

TEST_F(Submission, JournalOfAnotherTransactionIsRefused) {
  {
    const Submitter first = begin();
  }
  const Result<Submitter> other =
      Submitter::begin(node(), sender_, contract_->domain().contract, encode_veto(), journal_);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::usage);
  EXPECT_NE(other.error().detail.find(journal_), std::string::npos);
}

TEST_F(Submission, NonceTakenByAnotherIsToldAndNotWaitedFor) {
  ASSERT_TRUE(anvil_->set_automine(false));
  Submitter submitter = begin();
  ASSERT_TRUE(anvil_->drop_all_transactions());
  ASSERT_TRUE(anvil_->set_automine(true));
  ASSERT_TRUE(send_from(sender_, sender_.address, {}));
  Result<Progress> progress = submitter.advance();
  ASSERT_TRUE(progress) << progress.error().detail;  // A reorganisation may still undo it.
  EXPECT_EQ(progress->stage, Stage::waiting);
  for (int block = 0; block < 2; ++block) ASSERT_TRUE(anvil_->mine());
  for (unsigned i = 1; i < rules_.looks_before_lost; ++i) {
    EXPECT_EQ(look(submitter).stage, Stage::waiting);  // The receipt may only be late.
    EXPECT_FALSE(submitter.is_lost());
  }
  progress = submitter.advance();
  ASSERT_FALSE(progress);
  EXPECT_TRUE(submitter.is_lost());
  EXPECT_EQ(progress.error().code, Errc::check_failed);
  EXPECT_NE(progress.error().detail.find("took nonce"), std::string::npos);
}

// As happens between the look that did not find it and the sending.
TEST_F(Submission, SendingWhatIsMinedIsNoError) {
  Submitter submitter = begin();
  look_until(submitter, Stage::mined);
  EXPECT_TRUE(node().send(sign_transaction(sender_, submitter.transaction())));
}

TEST_F(Submission, RefusedCallsAreNeverSentNorKept) {
  data_ = encode_veto();
  const Result<Submitter> refused =
      Submitter::begin(node(), sender_, contract_->domain().contract, data_, journal_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail, "contract refuses: NotGuardian");
  EXPECT_FALSE(std::filesystem::exists(journal_));
}

TEST_F(Submission, WaitsThroughPausesUntilFinal) {
  Submitter submitter = begin();
  look_until(submitter, Stage::mined);
  unsigned pauses = 0;
  const Result<Receipt> receipt = wait_until_final(submitter, 10, [&] {
    ++pauses;
    ASSERT_TRUE(anvil_->mine());
  });
  ASSERT_TRUE(receipt) << receipt.error().detail;
  EXPECT_EQ(pauses, 2U);
}

TEST_F(Submission, GivesUpInOneLineAndKeepsTheJournal) {
  Submitter submitter = begin();
  const Result<Receipt> receipt = wait_until_final(submitter, 2, [] {});
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, Errc::unavailable);
  EXPECT_TRUE(std::filesystem::exists(journal_));
}

TEST_F(Submission, DeadNodeIsOneLineThatNamesIt) {
  Submitter submitter = begin();
  anvil_->kill();
  const Result<Receipt> receipt = wait_until_final(submitter, 2, [] {});
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, Errc::unavailable);
  EXPECT_EQ(receipt.error().detail.find("node at " + anvil_->url()), 0U) << receipt.error().detail;
}

// A node's newest block after a deployment and its wait, all told in the same order.
Hash256 newest_block_of_a_run(const DeployTerms& terms, const AccountKey& key,
                              const std::string& journal) {
  auto anvil = simulator::AnvilProcess::start({.timestamp = kFirstEnd});
  EXPECT_TRUE(anvil && anvil->fund(key.address));
  Result<Submitter> deployed =
      Submitter::begin(anvil->node(), key, std::nullopt, encode_deploy(terms), journal);
  // Untold, a block takes the time that has passed on the wall.
  std::uint64_t time = kFirstEnd + 7'200;
  EXPECT_TRUE(deployed && anvil->mine_at(time));
  EXPECT_TRUE(wait_until_final(*deployed, 5, [&] { EXPECT_TRUE(anvil->mine_at(++time)); }));
  return anvil->node().head()->hash;
}

TEST_F(Submission, BlocksAreTheSameInEveryRun) {
  EXPECT_EQ(newest_block_of_a_run(terms(), sender_, new_journal()),
            newest_block_of_a_run(terms(), sender_, new_journal()));
}

TEST(Anvil, MissingBinaryIsOneLineThatNamesThePath) {
  const auto started = simulator::AnvilProcess::start({.program = "/nonexistent/anvil"});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::unavailable);
  EXPECT_EQ(started.error().detail, "no anvil at /nonexistent/anvil");
}

}  // namespace
}  // namespace earshot::rewards::chain
