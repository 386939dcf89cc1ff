#include "verifier/rules/form.h"

#include <gtest/gtest.h>

#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

class Form : public testing::Test {
 protected:
  Form() {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    const BeaconReport beacon = builder_.beacon(0, 0);
    const SilenceNotice notice{builder_.hotspot(1).key.public_key, beacon.round,
                               SilenceReason::duty_cycle};
    logged_ = builder_.sign(1, {builder_.heard(1, 0, beacon), notice});
  }

  Ruling judge(const LoggedMessage& logged, bool registered = true) {
    HeaderBook headers(kNetwork);
    return judge_form(logged, message_id(kNetwork, logged.message), registered, headers);
  }
  LoggedMessage& report() { return logged_[0]; }
  Round round() const { return round_of(logged_[0].message); }

  static constexpr NetworkId kNetwork = 31337;
  RecordBuilder builder_;
  std::vector<LoggedMessage> logged_;
};

TEST_F(Form, AcceptsWhatWasCommittedAndRevealedInTime) {
  for (const LoggedMessage& logged : logged_) {
    const Ruling ruling = judge(logged);
    EXPECT_TRUE(ruling.accepted()) << ruling.reason;
    EXPECT_EQ(ruling.findings.size(), 4U);
  }
}

TEST_F(Form, RefusesABatchOfAnotherSigner) {
  report().header.header.signer = builder_.hotspot(0).key.public_key;
  EXPECT_EQ(judge(report()).reason, "wrong_signer");
}

TEST_F(Form, RefusesASignatureThatDoesNotVerify) {
  report().header.signature[7] ^= 1;
  EXPECT_EQ(judge(report()).reason, "bad_signature");
}

TEST_F(Form, KnowsTheHeadersItWasShownAtOnce) {
  std::vector<LoggedMessage> shown(20, report());
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (i % 3 == 0) shown[i].header.signature[i] ^= 1;
  }
  HeaderBook headers(kNetwork);
  headers.add(shown);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    EXPECT_EQ(headers.is_signed(shown[i].header), i % 3 != 0) << i;
  }
}

TEST_F(Form, RefusesASignatureForAnotherNetwork) {
  HeaderBook headers(1);
  EXPECT_EQ(judge_form(report(), message_id(1, report().message), true, headers).reason,
            "bad_signature");
}

TEST_F(Form, RefusesAMessageThatItsHeaderDoesNotHold) {
  std::get<WitnessReport>(report().message).rssi_cdbm -= 1;
  EXPECT_EQ(judge(report()).reason, "not_in_header");
  logged_[1].index = 0;
  EXPECT_EQ(judge(logged_[1]).reason, "not_in_header");
}

TEST_F(Form, RefusesAStranger) { EXPECT_EQ(judge(report(), false).reason, "unregistered"); }

TEST_F(Form, RefusesWhatCameBeforeItsRound) {
  report().header_received = round_opening(round()) - 1;
  EXPECT_EQ(judge(report()).reason, "early");
}

TEST_F(Form, CallsAHeaderLateFromItsDeadlineOn) {
  report().header_received = header_deadline(round());
  EXPECT_TRUE(judge(report()).accepted());
  report().header_received += 1;
  EXPECT_EQ(judge(report()).reason, "late");
  EXPECT_EQ(judge(report()).decision, Decision::late);
}

TEST_F(Form, CallsABodyLateFromItsDeadlineOn) {
  report().body_received = body_deadline(round());
  EXPECT_TRUE(judge(report()).accepted());
  report().body_received += 1;
  EXPECT_EQ(judge(report()).reason, "late");
}

TEST_F(Form, CountsNoTimeInWhichTheVerifierWasNotThere) {
  const UnixNanos end = round_opening(round() + 1);
  const UnixNanos hour = 3600 * kNanosPerSecond;
  const std::vector<Outage> outages = {{end + 1, end + 1 + 5 * hour}};
  HeaderBook headers(kNetwork);
  const auto reason = [&] {
    return judge_form(report(), message_id(kNetwork, report().message), true, headers,
                      {outages, true})
        .reason;
  };
  report().header_received = header_deadline(round()) + 5 * hour;
  report().body_received = body_deadline(round()) + 5 * hour;
  EXPECT_EQ(reason(), "ok");
  EXPECT_EQ(judge(report()).reason, "late");
  report().body_received += 1;
  EXPECT_EQ(reason(), "late");
  report().body_received -= 1;
  report().header_received += 1;
  EXPECT_EQ(reason(), "late");
}

TEST_F(Form, RefusesAReportThatWasShownBeforeAllHadCommitted) {
  report().body_received = header_deadline(round());
  EXPECT_TRUE(judge(report()).accepted());
  report().body_received -= 1;
  EXPECT_EQ(judge(report()).reason, "revealed_early");
}

TEST_F(Form, LetsASilenceNoticeTravelAtOnce) {
  logged_[1].body_received = logged_[1].header_received;
  EXPECT_TRUE(judge(logged_[1]).accepted());
}

TEST_F(Form, HoldsAReportToTheLastRoundOfItsBatchWhateverThatIs) {
  SignedHeader& header = report().header;
  header.header.last_round = UINT64_MAX;
  header.signature = sign(builder_.hotspot(1).key, header_id(kNetwork, header.header));
  EXPECT_EQ(judge(report()).reason, "revealed_early");
}

TEST(StatementKey, IsOneForABeaconAndASilenceNoticeOfOneRound) {
  BeaconReport beacon;
  beacon.round = 7;
  SilenceNotice notice;
  notice.round = 7;
  EXPECT_EQ(statement_key(beacon), statement_key(notice));
  notice.round = 8;
  EXPECT_NE(statement_key(beacon), statement_key(notice));
}

TEST(StatementKey, TellsTagsOfWitnessReportsApart) {
  WitnessReport one;
  WitnessReport other;
  other.rssi_cdbm = 5;
  EXPECT_EQ(statement_key(one), statement_key(other));
  other.tag[0] = 1;
  EXPECT_NE(statement_key(one), statement_key(other));
}

TEST(Deadlines, AreFifteenAndSeventyFiveMinutesAfterTheRound) {
  EXPECT_EQ(header_deadline(100) - round_opening(101), 15 * 60 * kNanosPerSecond);
  EXPECT_EQ(body_deadline(100) - round_opening(101), 75 * 60 * kNanosPerSecond);
}

}  // namespace
}  // namespace earshot::verifier
