// Judged epochs, one after another, on the contract of a real node: what the judge makes of an
// epoch is what the contract takes next, also when less was said than in the epoch before.
#include "tests/doubles/record_builder.h"
#include "tests/integration/chain_fixture.h"

namespace earshot::rewards::chain {
namespace {

class JudgedEpochsOnChain : public ChainTest {
 protected:
  void SetUp() override {
    ChainTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (int i = 0; i < 5; ++i) builder_.add_hotspot(3'000.0 * i, i % 2 == 0 ? 0 : 4'000);
    DeployTerms judged = terms();
    judged.first_epoch = builder_.head().epoch;
    judged.epoch_seconds = builder_.policy().epoch_rounds * std::uint64_t{60};
    judged.activation_delay = judged.epoch_seconds;
    judged.emission_per_epoch = Uint128{20'000} * 1'000'000'000'000'000'000U;
    deploy(judged);
  }
  // Judges what the builder holds, submits it, waits until it counts.
  verifier::EpochOutcome settle() {
    const Result<verifier::EpochOutcome> outcome =
        verifier::judge_epoch(builder_.build(), builder_.policy());
    EXPECT_TRUE(outcome) << outcome.error().detail;
    const Epoch epoch = epoch_of(outcome->artifact, contract_->status()->signer_set_version);
    const Result<Receipt> receipt = send(signed_by_two(epoch));
    EXPECT_TRUE(receipt) << receipt.error().detail;
    let_it_mature();
    return *outcome;
  }

  verifier::RecordBuilder builder_;
};

TEST_F(JudgedEpochsOnChain, AQuieterEpochFollowsALoudOne) {
  builder_.fill();
  const verifier::EpochOutcome loud = settle();
  EXPECT_EQ(contract_->status()->log_size, loud.seal.log_size);

  builder_.follow(loud);  // Nobody speaks, nobody hears.
  const verifier::EpochOutcome quiet = settle();
  ASSERT_LT(quiet.seal.log_size - loud.seal.log_size, loud.seal.log_size) << "not quieter";
  const ContractStatus status = *contract_->status();
  EXPECT_EQ(status.epoch, quiet.seal.epoch);
  EXPECT_EQ(status.log_size, quiet.seal.log_size);
  EXPECT_GT(status.log_size, loud.seal.log_size);
  EXPECT_EQ(status.current_root, quiet.seal.rewards_root);
  EXPECT_EQ(status.current_total, quiet.artifact.cumulative_total);
}

}  // namespace
}  // namespace earshot::rewards::chain
