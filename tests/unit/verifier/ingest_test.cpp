#include "verifier/ingest.h"

#include <gtest/gtest.h>

#include "core/merkle.h"
#include "tests/doubles/fake_signer.h"
#include "tests/doubles/memory_store.h"

namespace earshot::verifier {
namespace {

constexpr Round kRound = 29'000'000;
constexpr UnixNanos kSecond = kNanosPerSecond;
// Well after the body deadline of kRound.
constexpr UnixNanos kLate = round_opening(kRound) + 3 * 3600 * kSecond;
constexpr UnixNanos kReveal = round_opening(kRound + 1) + kHeaderDeadlineSeconds * kSecond;

class IngestTest : public testing::Test {
 protected:
  Intake headers(const SignedBatch& signed_batch, UnixNanos now) {
    return ingest_.take_headers(std::span(&signed_batch.header, 1), now);
  }
  Intake bodies(const SignedBatch& signed_batch, UnixNanos now) {
    return ingest_.take_bodies(signed_batch.batch, now);
  }
  void onboard(FakeSigner& signer) {
    const SignedBatch batch = signer.sign({signer.onboarding(kRound)});
    ASSERT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
    ASSERT_EQ(bodies(batch, kLate).status, IntakeStatus::accepted);
  }

  MemoryStore store_;
  Ingest ingest_{kTestNetwork, store_};
  FakeSigner signer_{1};
};

TEST_F(IngestTest, TheSameBatchTwiceIsAcceptedThenHeld) {
  onboard(signer_);
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1), signer_.witness(kRound, 2)});
  EXPECT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
  EXPECT_EQ(headers(batch, kLate).status, IntakeStatus::held);
  const Intake first = bodies(batch, kLate);
  EXPECT_EQ(first.status, IntakeStatus::accepted);
  EXPECT_EQ(first.accepted, 2U);
  const std::size_t commits = store_.commits;
  const Intake second = bodies(batch, kLate);
  EXPECT_EQ(second.status, IntakeStatus::held);
  EXPECT_EQ(second.held, 2U);
  EXPECT_EQ(store_.commits, commits) << "nothing new is nothing to write";
}

TEST_F(IngestTest, NothingIsReceivedBeforeTheTimeItWasTold) {
  onboard(signer_);
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  ingest_.receive_from(kLate + 5);
  ingest_.receive_from(kLate + 3);
  ASSERT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
  ASSERT_EQ(bodies(batch, kLate + 9).status, IntakeStatus::accepted);
  const StoredMessage kept = (*store_.messages_of_rounds(kRound, kRound + 1))[0];
  EXPECT_EQ((*store_.find_header(kept.header))->received, kLate + 5);
  EXPECT_EQ(kept.received, kLate + 9);
}

TEST_F(IngestTest, KeepsPathsThatLeadToTheSignedRoot) {
  onboard(signer_);
  std::vector<Message> messages;
  for (std::uint8_t tag = 0; tag < 11; ++tag) messages.emplace_back(signer_.witness(kRound, tag));
  const SignedBatch batch = signer_.sign(messages);
  ASSERT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
  ASSERT_EQ(bodies(batch, kLate).status, IntakeStatus::accepted);
  const std::vector<StoredMessage> kept = *store_.messages_of_rounds(kRound, kRound + 1);
  EXPECT_EQ(kept.size(), messages.size());
  for (const StoredMessage& stored : kept) {
    EXPECT_TRUE(merkle_verify(merkle_leaf(stored.id), stored.index, batch.header.header.count,
                              stored.path, batch.header.header.root));
  }
}

TEST_F(IngestTest, LogsEveryArrivalInOrder) {
  onboard(signer_);
  const std::vector<LogEntry> log = *store_.log_entries(0, 10);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].kind, LogKind::header);
  EXPECT_EQ(log[1].kind, LogKind::message);
  EXPECT_EQ(log[1].time, kLate);
}

TEST_F(IngestTest, ReportsAreNotShownBeforeTheirCommitDeadline) {
  onboard(signer_);
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  const UnixNanos early = kReveal - 90 * kSecond;
  ASSERT_EQ(headers(batch, early).status, IntakeStatus::accepted);
  const Intake refused = bodies(batch, early);
  EXPECT_EQ(refused.status, IntakeStatus::too_early);
  EXPECT_EQ(refused.retry_after_seconds, 90);
  EXPECT_EQ(bodies(batch, kReveal - 1).retry_after_seconds, 1);
  EXPECT_EQ(bodies(batch, kReveal).status, IntakeStatus::accepted);
}

TEST_F(IngestTest, SilenceNoticesNeedNotWait) {
  onboard(signer_);
  const SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  ASSERT_EQ(headers(batch, round_opening(kRound)).status, IntakeStatus::accepted);
  EXPECT_EQ(bodies(batch, round_opening(kRound)).status, IntakeStatus::accepted);
}

TEST_F(IngestTest, LateMessagesAreKept) {
  onboard(signer_);
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  const UnixNanos days = kLate + 5 * 86'400 * kSecond;
  EXPECT_EQ(headers(batch, days).status, IntakeStatus::accepted);
  EXPECT_EQ(bodies(batch, days).status, IntakeStatus::accepted);
}

TEST_F(IngestTest, ABodyNeedsItsHeader) {
  onboard(signer_);
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  EXPECT_EQ(bodies(batch, kLate).status, IntakeStatus::unknown_header);
}

TEST_F(IngestTest, ABodyMustBeWhatItsHeaderSigned) {
  onboard(signer_);
  SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  ASSERT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
  std::get<WitnessReport>(batch.batch.messages[0]).rssi_cdbm += 1;
  EXPECT_EQ(bodies(batch, kLate).status, IntakeStatus::malformed);
}

TEST_F(IngestTest, RefusesAForgedHeader) {
  SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  batch.header.signature[5] ^= 1;
  EXPECT_EQ(headers(batch, kLate).status, IntakeStatus::bad_signature);
}

TEST_F(IngestTest, RefusesAHeaderOfAnInvalidKey) {
  SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  batch.header.header.signer = PublicKey{1};  // The identity.
  EXPECT_EQ(headers(batch, kLate).status, IntakeStatus::bad_signature);
}

TEST_F(IngestTest, RefusesRoundsThatHaveNotOpened) {
  const SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  EXPECT_EQ(headers(batch, round_opening(kRound - 2)).status, IntakeStatus::malformed);
  EXPECT_EQ(headers(batch, round_opening(kRound - 1)).status, IntakeStatus::accepted);
}

TEST_F(IngestTest, AStrangerMayOnlyOnboard) {
  const SignedBatch batch = signer_.sign({signer_.silence(kRound)});
  ASSERT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
  EXPECT_EQ(bodies(batch, kLate).status, IntakeStatus::unregistered);
  const SignedBatch large =
      signer_.sign_as(2, std::vector<Message>(kUnregisteredMessages + 1, signer_.silence(kRound)));
  EXPECT_EQ(headers(large, kLate).status, IntakeStatus::unregistered);
  const SignedBatch far = signer_.sign_as(kUnregisteredSequences + 1, {signer_.silence(kRound)});
  EXPECT_EQ(headers(far, kLate).status, IntakeStatus::unregistered);
  onboard(signer_);
  EXPECT_EQ(headers(far, kLate).status, IntakeStatus::accepted);
}

TEST_F(IngestTest, OnboardingNeedsItsOwnersSignature) {
  Onboarding onboarding = signer_.onboarding(kRound);
  onboarding.antenna_gain_ddbi = 60;  // Not what the owner signed.
  const SignedBatch batch = signer_.sign({onboarding});
  ASSERT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
  const Intake refused = bodies(batch, kLate);
  EXPECT_EQ(refused.status, IntakeStatus::bad_signature);
  EXPECT_EQ(refused.detail, "onboarding: not signed by its owner");
}

TEST_F(IngestTest, OnboardingNeedsAValidVrfKey) {
  Onboarding onboarding = signer_.onboarding(kRound);
  onboarding.vrf_key = {};
  rewards::chain::sign_onboarding(signer_.owner, kTestNetwork, onboarding);
  const SignedBatch batch = signer_.sign({onboarding});
  ASSERT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
  EXPECT_EQ(bodies(batch, kLate).detail, "onboarding: not a valid VRF key");
}

TEST_F(IngestTest, ASecondHeaderUnderOneSequenceIsKeptAsProof) {
  onboard(signer_);
  const SignedBatch first = signer_.sign_as(2, {signer_.silence(kRound)});
  const SignedBatch second = signer_.sign_as(2, {signer_.silence(kRound + 1)});
  ASSERT_EQ(headers(first, kLate).status, IntakeStatus::accepted);
  EXPECT_EQ(headers(second, kLate).status, IntakeStatus::equivocation);
  EXPECT_EQ(headers(second, kLate).status, IntakeStatus::equivocation);
  const std::vector<Equivocation> proofs = *store_.equivocations();
  ASSERT_EQ(proofs.size(), 1U);
  EXPECT_EQ(proofs[0].first, header_id(kTestNetwork, first.header.header));
  EXPECT_EQ(proofs[0].evidence, encode(second.header));
  EXPECT_EQ(bodies(second, kLate).status, IntakeStatus::unknown_header);
}

TEST_F(IngestTest, ASecondMessageUnderOneKeyIsEquivocationAndBothAreKept) {
  onboard(signer_);
  const SignedBatch first = signer_.sign({signer_.witness(kRound, 1, -9000)});
  const SignedBatch second = signer_.sign({signer_.witness(kRound, 1, -8000)});
  ASSERT_EQ(headers(first, kLate).status, IntakeStatus::accepted);
  ASSERT_EQ(headers(second, kLate).status, IntakeStatus::accepted);
  ASSERT_EQ(bodies(first, kLate).status, IntakeStatus::accepted);
  EXPECT_EQ(bodies(second, kLate).status, IntakeStatus::equivocation);
  EXPECT_EQ(bodies(second, kLate).status, IntakeStatus::equivocation) << "however often it comes";
  EXPECT_EQ(bodies(first, kLate).status, IntakeStatus::held);
  EXPECT_EQ(store_.messages_of_rounds(kRound, kRound + 1)->size(), 2U);
  EXPECT_EQ(store_.equivocations()->size(), 1U);
}

TEST_F(IngestTest, ContradictionsWithinOneRequestAreFoundToo) {
  onboard(signer_);
  const SignedBatch batch = signer_.sign({signer_.silence(kRound, SilenceReason::duty_cycle),
                                          signer_.silence(kRound, SilenceReason::channel_busy),
                                          signer_.silence(kRound + 1)});
  ASSERT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
  const Intake intake = bodies(batch, kLate);
  EXPECT_EQ(intake.status, IntakeStatus::equivocation);
  EXPECT_EQ(intake.accepted, 3U);

  FakeSigner other(2);
  const std::vector<SignedHeader> pair = {other.sign_as(1, {other.silence(kRound)}).header,
                                          other.sign_as(1, {other.silence(kRound + 1)}).header};
  const Intake two = ingest_.take_headers(pair, kLate);
  EXPECT_EQ(two.status, IntakeStatus::equivocation);
  EXPECT_EQ(two.accepted, 1U);
}

TEST_F(IngestTest, AFullDiskIsSaidAndNothingIsKept) {
  onboard(signer_);
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  store_.fails_to_write = true;
  const Intake refused = headers(batch, kLate);
  EXPECT_EQ(refused.status, IntakeStatus::store_failed);
  EXPECT_GT(refused.retry_after_seconds, 0);
  store_.fails_to_write = false;
  EXPECT_EQ(headers(batch, kLate).status, IntakeStatus::accepted);
}

TEST_F(IngestTest, NoHeaderIsMalformed) {
  EXPECT_EQ(ingest_.take_headers({}, kLate).status, IntakeStatus::malformed);
}

}  // namespace
}  // namespace earshot::verifier
