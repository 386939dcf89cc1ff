#include "hotspot/outbox.h"

#include <fstream>
#include <set>

#include "core/posting.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr NetworkId kNetwork = 31337;
constexpr UnixNanos kSecond = kNanosPerSecond;

class OutboxTest : public ::testing::Test {
 protected:
  Result<Outbox> reopen() const { return reopen(file()); }
  Result<Outbox> reopen(const std::string& path) const {
    return Outbox::open(path, kNetwork, identity_.signing, rules_);
  }
  std::string file() const { return directory_.file("outbox.journal"); }
  static UnixNanos end_of(Round round) { return round_opening(round + 1); }

  TemporaryDirectory directory_;
  Identity identity_ = test_identity(1);
  DeliveryRules rules_;
};

TEST_F(OutboxTest, SendsTheHeaderWhenTheRoundIsOverAndTheBodyAfterTheCommitDeadline) {
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox) << outbox.error().detail;
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
  ASSERT_TRUE(outbox->seal(kTestRound));
  EXPECT_FALSE(outbox->due(end_of(kTestRound) - 1)) << "the round is not over";
  EXPECT_EQ(outbox->next_due(), end_of(kTestRound));

  ASSERT_TRUE(outbox->seal(kTestRound + 1));
  const std::optional<Parcel> header = outbox->due(end_of(kTestRound));
  ASSERT_TRUE(header);
  EXPECT_FALSE(header->body);
  EXPECT_EQ(header->bytes.size(), kSignedHeaderBytes);
  const Result<SignedHeader> decoded = decode_signed_header(header->bytes);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(is_signed_by_its_signer(kNetwork, *decoded));

  ASSERT_TRUE(outbox->acknowledge(*header, 202));
  const UnixNanos reveal = end_of(kTestRound) + kHeaderDeadlineSeconds * kSecond;
  EXPECT_FALSE(outbox->due(reveal - 1));
  EXPECT_EQ(outbox->next_due(), reveal);
  const std::optional<Parcel> body = outbox->due(reveal);
  ASSERT_TRUE(body && body->body);
  const Result<Batch> batch = decode_batch(body->bytes);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(check_batch(kNetwork, *decoded, *batch));
  ASSERT_TRUE(outbox->acknowledge(*body, 202));
  EXPECT_EQ(outbox->undelivered(), 0U);
  EXPECT_FALSE(outbox->next_due());
}

TEST_F(OutboxTest, BodiesWaitForAHeaderToGoWithAndGoAloneWhenNoneComes) {
  rules_.body_wait_seconds = 1800;
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
  ASSERT_TRUE(outbox->seal(kTestRound + 1));
  ASSERT_TRUE(outbox->acknowledge(*outbox->due(end_of(kTestRound)), 202));
  const UnixNanos reveal = end_of(kTestRound) + kHeaderDeadlineSeconds * kSecond;
  const UnixNanos latest = reveal + 1800 * kSecond;
  EXPECT_EQ(outbox->next_due(), latest);
  EXPECT_TRUE(outbox->due_together(latest - 1).empty());
  EXPECT_EQ(outbox->due_together(latest).size(), 1U) << "no header came";

  // A header too soon takes no body with it: nobody may see it yet.
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound + 5, 1)));
  ASSERT_TRUE(outbox->seal(kTestRound + 6));
  const std::vector<Parcel> early = outbox->due_together(reveal - 1);
  ASSERT_EQ(early.size(), 1U);
  EXPECT_FALSE(early[0].body);
  const std::vector<Parcel> both = outbox->due_together(reveal);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_FALSE(both[0].body);
  EXPECT_EQ(both[0].sequence, 2U);
  EXPECT_TRUE(both[1].body);
  EXPECT_EQ(both[1].sequence, 1U);
}

TEST_F(OutboxTest, WhatGoesTogetherIsBoundedAndAnOnboardingGoesAlone) {
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  for (Round round = kTestRound; round < kTestRound + 400; ++round) {
    ASSERT_TRUE(outbox->add(test_report(identity_, round, 1)));
  }
  ASSERT_TRUE(outbox->seal(kTestRound + 400));
  Onboarding onboarding;
  onboarding.hotspot = identity_.signing.public_key;
  onboarding.round = kTestRound;
  onboarding.sequence = 1;
  onboarding.owner_signature[64] = 27;
  ASSERT_TRUE(outbox->add(onboarding));
  ASSERT_TRUE(outbox->seal(kTestRound + 400));
  const UnixNanos now = end_of(kTestRound + 400);
  using Counts = std::pair<std::size_t, std::size_t>;  // Headers, bodies.
  std::vector<Counts> requests;
  std::uint64_t next = 1;
  while (next <= 401 && requests.size() < 9) {
    Counts counts;
    for (const Parcel& parcel : outbox->due_together(now)) {
      ++(parcel.body ? counts.second : counts.first);
      if (!parcel.body) {
        EXPECT_EQ(parcel.sequence, next++);
      }
      ASSERT_TRUE(outbox->acknowledge(parcel, 202));
    }
    requests.push_back(counts);
  }
  EXPECT_EQ(requests, (std::vector<Counts>{{256, 0}, {144, 112}, {1, 0}}));
  const std::vector<Parcel> body = outbox->due_together(now);
  ASSERT_EQ(body.size(), 1U);
  EXPECT_EQ(body[0].sequence, 401U) << "the onboarding's, before more reports are shown";
}

TEST_F(OutboxTest, PromptlySendsTheHeaderInItsOwnRoundAndTheBodyNoEarlier) {
  rules_.prompt = true;
  rules_.spread_seconds = 20;
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
  EXPECT_EQ(outbox->next_due(), round_opening(kTestRound));
  ASSERT_TRUE(outbox->seal(kTestRound));
  const std::optional<Parcel> header = outbox->due(round_opening(kTestRound) + 20 * kSecond);
  ASSERT_TRUE(header && !header->body);
  ASSERT_TRUE(outbox->acknowledge(*header, 202));
  EXPECT_FALSE(outbox->due(end_of(kTestRound) + kHeaderDeadlineSeconds * kSecond - 1));
  // A later report of the same round gets a batch of its own, chained to the first.
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 2)));
  ASSERT_TRUE(outbox->seal(kTestRound));
  const std::optional<Parcel> second = outbox->due(round_opening(kTestRound) + 25 * kSecond);
  ASSERT_TRUE(second && !second->body);
  EXPECT_EQ(decode_signed_header(second->bytes)->header.sequence, 2U);
}

TEST_F(OutboxTest, AMirrorCarriesTheSameBatchesWithAProgressOfItsOwn) {
  Result<Outbox> signer = reopen();
  Result<Outbox> mirror = reopen(directory_.file("mirror"));
  ASSERT_TRUE(signer && mirror);
  ASSERT_TRUE(signer->add(test_report(identity_, kTestRound, 1)));
  ASSERT_TRUE(signer->seal(kTestRound + 1));
  ASSERT_TRUE(mirror->mirror(*signer));
  ASSERT_TRUE(mirror->mirror(*signer)) << "what it has it does not take twice";
  const UnixNanos now = end_of(kTestRound);
  const std::optional<Parcel> first = signer->due(now);
  ASSERT_TRUE(first && mirror->due(now));
  EXPECT_EQ(mirror->due(now)->bytes, first->bytes);
  ASSERT_TRUE(signer->acknowledge(*first, 202));
  EXPECT_FALSE(signer->due(now));
  EXPECT_TRUE(mirror->due(now));

  // After a restart it goes on where it was, and takes only what is new.
  ASSERT_TRUE(signer->add(test_report(identity_, kTestRound + 1, 2)));
  ASSERT_TRUE(signer->seal(kTestRound + 2));
  mirror = reopen(directory_.file("mirror"));
  ASSERT_TRUE(mirror->mirror(*signer));
  EXPECT_EQ(mirror->undelivered(), 2U);
  EXPECT_EQ(mirror->next_sequence(), signer->next_sequence());
}

TEST_F(OutboxTest, ChainsItsHeadersAcrossARestart) {
  Hash256 previous{};
  for (std::uint64_t sequence = 1; sequence <= 3; ++sequence) {
    Result<Outbox> outbox = reopen();
    ASSERT_TRUE(outbox);
    const Round round = kTestRound + sequence;
    ASSERT_TRUE(outbox->add(test_report(identity_, round, 1)));
    ASSERT_TRUE(outbox->seal(round + 1));
    const std::optional<Parcel> parcel = outbox->due(end_of(round));
    ASSERT_TRUE(parcel);
    const Result<SignedHeader> header = decode_signed_header(parcel->bytes);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->header.sequence, sequence);
    EXPECT_EQ(header->header.previous, previous);
    previous = header_id(kNetwork, header->header);
    ASSERT_TRUE(outbox->acknowledge(*parcel, 202));
  }
}

TEST_F(OutboxTest, PutsEachRoundInItsOwnBatch) {
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  for (const Round round : {kTestRound + 1, kTestRound, kTestRound + 1, kTestRound + 2}) {
    ASSERT_TRUE(outbox->add(test_report(identity_, round, static_cast<std::uint8_t>(round))));
  }
  ASSERT_TRUE(outbox->seal(kTestRound + 2));
  EXPECT_EQ(outbox->next_sequence(), 3U) << "two rounds are over, one is not";
}

Onboarding onboarding_of(const Identity& identity, std::uint64_t sequence) {
  Onboarding onboarding;
  onboarding.hotspot = identity.signing.public_key;
  onboarding.vrf_key = identity.vrf.public_key;
  onboarding.round = kTestRound;
  onboarding.sequence = sequence;
  onboarding.owner_signature[64] = 27;
  return onboarding;
}

TEST_F(OutboxTest, SendsAnOnboardingWholeAndAtOnceBeforeOtherHeaders) {
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  ASSERT_TRUE(outbox->add(onboarding_of(identity_, 1)));
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
  ASSERT_TRUE(outbox->seal(kTestRound + 1));
  EXPECT_EQ(outbox->last_onboarding(), 1U);
  const UnixNanos now = end_of(kTestRound);
  std::vector<std::pair<std::uint64_t, bool>> sent;
  while (const std::optional<Parcel> parcel = outbox->due(now)) {
    sent.emplace_back(parcel->sequence, parcel->body);
    ASSERT_TRUE(outbox->acknowledge(*parcel, 202));
  }
  EXPECT_EQ(sent, (std::vector<std::pair<std::uint64_t, bool>>{{1, false}, {1, true}, {2, false}}));
}

TEST_F(OutboxTest, WaitsAsRetryAfterSaysAndLongerEachTime) {
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
  ASSERT_TRUE(outbox->seal(kTestRound + 1));
  UnixNanos now = end_of(kTestRound);
  const std::optional<Parcel> parcel = outbox->due(now);
  ASSERT_TRUE(parcel);
  outbox->postpone(*parcel, now, 120, false);
  EXPECT_EQ(outbox->next_due(), now + 120 * kSecond);
  UnixNanos last_wait = 0;
  for (int attempt = 0; attempt < 12; ++attempt) {
    now = *outbox->next_due();
    ASSERT_TRUE(outbox->due(now));
    outbox->postpone(*parcel, now, std::nullopt, true);
    const UnixNanos wait = *outbox->next_due() - now;
    EXPECT_GE(wait, last_wait);
    EXPECT_LE(wait, 375 * kSecond) << "300 s and a quarter";
    last_wait = wait;
  }
  EXPECT_GE(last_wait, 300 * kSecond);
}

TEST_F(OutboxTest, DoesNotTryAgainWhatWasRefused) {
  {
    Result<Outbox> outbox = reopen();
    ASSERT_TRUE(outbox);
    ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
    ASSERT_TRUE(outbox->seal(kTestRound + 1));
    const std::optional<Parcel> parcel = outbox->due(end_of(kTestRound));
    ASSERT_TRUE(parcel);
    ASSERT_TRUE(outbox->refuse(*parcel, 409, "equivocation"));
    EXPECT_FALSE(outbox->due(end_of(kTestRound + 5000)));
  }
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  EXPECT_EQ(outbox->undelivered(), 0U);
  ASSERT_EQ(outbox->failures().size(), 1U);
  EXPECT_EQ(outbox->failures()[0].status, 409);
  EXPECT_EQ(outbox->failures()[0].detail, "equivocation");
  EXPECT_EQ(outbox->next_sequence(), 2U) << "the number stays used";
}

TEST_F(OutboxTest, SendsTheHeaderAgainWhenTheVerifierHasForgottenItThreeTimesAtMost) {
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
  ASSERT_TRUE(outbox->seal(kTestRound + 1));
  const UnixNanos now = end_of(kTestRound) + kBodyDeadlineSeconds * kSecond;
  int headers = 0;
  while (const std::optional<Parcel> parcel = outbox->due(now)) {
    if (!parcel->body) ++headers;
    ASSERT_TRUE(parcel->body ? outbox->refuse(*parcel, 404, "unknown header")
                             : outbox->acknowledge(*parcel, 202));
  }
  EXPECT_EQ(headers, 4);
  EXPECT_EQ(outbox->failures().size(), 1U);
}

TEST_F(OutboxTest, GivesUpWhatNobodyTookForThreeDays) {
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
  ASSERT_TRUE(outbox->seal(kTestRound + 1));
  const UnixNanos limit = end_of(kTestRound) + 3 * 86400 * kSecond;
  ASSERT_TRUE(outbox->expire(limit));
  EXPECT_EQ(outbox->undelivered(), 1U);
  ASSERT_TRUE(outbox->expire(limit + 1));
  EXPECT_EQ(outbox->undelivered(), 0U);
  EXPECT_EQ(outbox->failures().back().state, BatchState::abandoned);
}

TEST_F(OutboxTest, RefusesTheJournalOfAnotherKeyAndOfAnotherNetwork) {
  {
    Result<Outbox> outbox = reopen();
    ASSERT_TRUE(outbox);
    ASSERT_TRUE(outbox->add(test_report(identity_, kTestRound, 1)));
    ASSERT_TRUE(outbox->seal(kTestRound + 1));
  }
  const Result<Outbox> other_key = Outbox::open(file(), kNetwork, test_identity(2).signing, {});
  ASSERT_FALSE(other_key);
  EXPECT_EQ(other_key.error().code, Errc::bad_data);
  EXPECT_FALSE(Outbox::open(file(), kNetwork + 1, identity_.signing, {}));
}

// A verifier for the property below: what it has acknowledged must never be offered again in
// another form.
struct Ledger {
  std::map<std::uint64_t, Bytes> headers;
};

// Drives an outbox through adds, seals and deliveries; calls `after` with the file's size after
// each step that has returned.
void live(Outbox& outbox, const Identity& identity, Ledger& ledger,
          const std::function<void()>& after) {
  std::uint8_t number = 0;
  for (Round round = kTestRound; round < kTestRound + 3; ++round) {
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(outbox.add(test_report(identity, round, ++number)));
      after();
    }
    ASSERT_TRUE(outbox.seal(round + 1));
    after();
    while (const std::optional<Parcel> parcel = outbox.due(round_opening(round + 1))) {
      ledger.headers[parcel->sequence] = parcel->bytes;
      ASSERT_TRUE(outbox.acknowledge(*parcel, 202));
      after();
    }
  }
}

TEST_F(OutboxTest, PropertyACrashAtAnyByteLosesNothingThatWasOnDisk) {
  struct Step {
    std::size_t size;
    std::size_t undelivered;
    std::uint64_t next_sequence;
    Hash256 previous;
  };
  std::vector<Step> steps = {{0, 0, 1, {}}};
  Ledger ledger;
  {
    Result<Outbox> outbox = reopen();
    ASSERT_TRUE(outbox);
    live(*outbox, identity_, ledger, [&] {
      steps.push_back({std::filesystem::file_size(file()), outbox->undelivered(),
                       outbox->next_sequence(), outbox->previous_header()});
    });
  }
  std::ifstream stream(file(), std::ios::binary);
  const Bytes whole{std::istreambuf_iterator<char>(stream), {}};
  ASSERT_EQ(steps.back().size, whole.size());

  std::size_t step = 0;
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    while (step + 1 < steps.size() && steps[step + 1].size <= cut) ++step;
    // A new name each time: file systems flush what is truncated and written anew.
    const std::string crashed = directory_.file("cut-" + std::to_string(cut));
    std::ofstream(crashed, std::ios::binary)
        .write(reinterpret_cast<const char*>(whole.data()), static_cast<std::streamsize>(cut));
    const Result<Outbox> outbox = reopen(crashed);
    ASSERT_TRUE(outbox) << "cut at " << cut << ": " << outbox.error().detail;
    // Between two steps a seal may have signed some of its batches: those count as signed.
    ASSERT_EQ(outbox->undelivered(), steps[step].undelivered) << "cut at " << cut;
    ASSERT_GE(outbox->next_sequence(), steps[step].next_sequence);
    // Whatever it offers now under a number that was offered before is the same bytes.
    const UnixNanos late = end_of(kTestRound + 10);
    if (const std::optional<Parcel> parcel = outbox->due(late); parcel && !parcel->body) {
      ASSERT_EQ(parcel->bytes, ledger.headers.at(parcel->sequence)) << "cut at " << cut;
    }
  }
}

TEST_F(OutboxTest, CompactsWithoutForgettingSequenceFailuresOrWhatIsOnItsWay) {
  rules_.compact_bytes = 20'000;
  Result<Outbox> outbox = reopen();
  ASSERT_TRUE(outbox);
  ASSERT_TRUE(outbox->add(onboarding_of(identity_, 5)));
  const Round rounds = 30;  // Some 2 kB each.
  for (Round round = kTestRound; round < kTestRound + rounds; ++round) {
    for (int i = 0; i < 5; ++i) {
      Result<void> added = outbox->add(test_report(identity_, round, static_cast<std::uint8_t>(i)));
      ASSERT_TRUE(added);
    }
    ASSERT_TRUE(outbox->seal(round + 1));
    const UnixNanos now = round + 1 == kTestRound + rounds ? 0 : end_of(round + 2000);
    while (const std::optional<Parcel> parcel = outbox->due(now)) {
      const bool refuse = parcel->body && parcel->sequence == 3;
      ASSERT_TRUE(refuse ? outbox->refuse(*parcel, 400, "malformed")
                         : outbox->acknowledge(*parcel, 202));
    }
  }
  const std::uint64_t next = outbox->next_sequence();
  const Hash256 previous = outbox->previous_header();
  EXPECT_EQ(outbox->undelivered(), 5U);
  outbox = fail(Errc::usage, "closed");
  EXPECT_LT(std::filesystem::file_size(file()), 20'000U);
  Result<Outbox> again = reopen();
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->next_sequence(), next);
  EXPECT_EQ(again->previous_header(), previous);
  EXPECT_EQ(again->undelivered(), 5U);
  EXPECT_EQ(again->last_onboarding(), 5U);
  ASSERT_EQ(again->failures().size(), 1U);
  EXPECT_EQ(again->failures()[0].sequence, 3U);
}

}  // namespace
}  // namespace earshot::hotspot
