#include "verifier/rules/slot.h"

#include <gtest/gtest.h>

#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

class SlotRule : public testing::Test {
 protected:
  SlotRule() {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
    report_ = builder_.beacon(0, 0);
  }

  Registration registration(std::size_t hotspot = 0) {
    const Onboarding& onboarding = builder_.hotspot(hotspot).onboarding;
    return {{}, onboarding, find_region(onboarding.region)};
  }
  BeaconRuling judge() {
    SlotBook book(builder_.head(), builder_.policy());
    return judge_beacon_slot(report_, registration(), book);
  }
  std::string reason() { return judge().ruling.reason; }

  RecordBuilder builder_;
  BeaconReport report_;
};

TEST_F(SlotRule, AcceptsTheBeaconOfTheSlotAndLearnsItsTag) {
  const BeaconRuling ruling = judge();
  EXPECT_EQ(ruling.ruling.reason, "ok");
  EXPECT_EQ(ruling.tag, (TagOfRound{report_.round, builder_.tag_of(0, report_)}));
}

TEST_F(SlotRule, GivesEveryHotspotOneSlotInEachWindow) {
  SlotBook book(builder_.head(), builder_.policy());
  const auto slots = book.slots(registration());
  ASSERT_EQ(slots.size(), 3U);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    EXPECT_EQ((slots[i].first - builder_.first_round()) / 4, i);
  }
}

TEST_F(SlotRule, RefusesAHotspotThatOnlyListens) {
  builder_.hotspot(0).onboarding.transmits = false;
  EXPECT_EQ(reason(), "not_a_transmitter");
}

TEST_F(SlotRule, RefusesARoundWithoutEntropy) {
  builder_.head().links[report_.round - builder_.first_round()][0] = Hash256{};
  EXPECT_EQ(reason(), "skipped_round");
}

TEST_F(SlotRule, RefusesAnotherRoundOfTheWindow) {
  SlotBook book(builder_.head(), builder_.policy());
  const Round spoken = report_.round;
  report_.round = builder_.first_round() + (spoken + 1 - builder_.first_round()) % 4;
  report_.proof = vrf_prove(builder_.hotspot(0).vrf, *book.entropy(report_.round));
  const BeaconRuling ruling = judge();
  EXPECT_EQ(ruling.ruling.reason, "not_its_slot");
  EXPECT_EQ(ruling.ruling.findings.back(),
            (Finding{"slot_round", static_cast<std::int64_t>(spoken)}));
}

TEST_F(SlotRule, RefusesAProofOfAnotherKey) {
  SlotBook book(builder_.head(), builder_.policy());
  report_.proof = vrf_prove(builder_.hotspot(1).vrf, *book.entropy(report_.round));
  const BeaconRuling ruling = judge();
  EXPECT_EQ(ruling.ruling.reason, "bad_vrf_proof");
  EXPECT_FALSE(ruling.tag);
}

TEST_F(SlotRule, NamesTheRoundOfAReplayedBeacon) {
  const Round original = report_.round;
  const Tag tag = builder_.tag_of(0, report_);
  const VrfProof proof = report_.proof;
  report_ = builder_.beacon(0, 1);
  report_.proof = proof;
  const BeaconRuling ruling = judge();
  EXPECT_EQ(ruling.ruling.reason, "replayed_beacon");
  EXPECT_EQ(ruling.ruling.findings[1],
            (Finding{"proof_round", static_cast<std::int64_t>(original)}));
  EXPECT_EQ(ruling.tag, (TagOfRound{original, tag}));
}

TEST_F(SlotRule, RecognizesAReplayOutsideOfAnySlot) {
  const Round first = builder_.first_round();
  report_.round = first + 4 + (builder_.beacon(0, 1).round + 1 - first) % 4;
  EXPECT_EQ(reason(), "replayed_beacon");
}

TEST_F(SlotRule, HoldsTheBeaconToFrequencySpreadingFactorAndBandwidth) {
  const BeaconReport honest = report_;
  report_.frequency_hz += 200'000;
  EXPECT_EQ(reason(), "wrong_frequency");
  report_ = honest;
  report_.spreading_factor = report_.spreading_factor == 7 ? 8 : 7;
  EXPECT_EQ(reason(), "wrong_spreading_factor");
  report_ = honest;
  report_.bandwidth_hz = 250'000;
  EXPECT_EQ(reason(), "wrong_bandwidth");
}

TEST_F(SlotRule, HoldsTheBeaconToItsSecretLevelWithinTheStepOfATransmitter) {
  report_.power_cdbm += kPowerToleranceCdb;
  EXPECT_EQ(reason(), "ok");
  report_.power_cdbm += 1;
  EXPECT_EQ(reason(), "wrong_power");
  report_.power_cdbm = INT32_MIN;
  EXPECT_EQ(reason(), "wrong_power");
}

TEST_F(SlotRule, HoldsTheBeaconToItsMoment) {
  report_.transmit_ps += kSlotTolerancePs;
  EXPECT_EQ(reason(), "ok");
  report_.transmit_ps += 1;
  EXPECT_EQ(reason(), "wrong_time");
  report_.transmit_ps = INT64_MIN;
  EXPECT_EQ(reason(), "wrong_time");
}

TEST_F(SlotRule, AcceptsANoticeForTheSlotOnly) {
  SlotBook book(builder_.head(), builder_.policy());
  SilenceNotice notice{report_.hotspot, report_.round, SilenceReason::channel_busy};
  EXPECT_TRUE(judge_notice_slot(notice, registration(), book).accepted());
  notice.round = builder_.first_round() + (notice.round + 1 - builder_.first_round()) % 4;
  EXPECT_EQ(judge_notice_slot(notice, registration(), book).reason, "not_its_slot");
  builder_.hotspot(0).onboarding.transmits = false;
  EXPECT_EQ(judge_notice_slot(notice, registration(), book).reason, "not_a_transmitter");
}

TEST_F(SlotRule, RefusesANoticeForARoundWithoutEntropy) {
  builder_.head().links[report_.round - builder_.first_round()][0] = Hash256{};
  SlotBook book(builder_.head(), builder_.policy());
  const SilenceNotice notice{report_.hotspot, report_.round, SilenceReason::channel_busy};
  EXPECT_EQ(judge_notice_slot(notice, registration(), book).reason, "skipped_round");
}

WitnessReport report_of(std::uint8_t tag, Round round) {
  WitnessReport report;
  report.tag = {tag};
  report.round = round;
  return report;
}

TEST(TagRule, FindsTheBeaconThatIsMeant) {
  const TagBook tags = {{Tag{1}, {.round = 5, .accepted = true, .message = 3}}};
  const TagRuling ruling = judge_tag(report_of(1, 5), tags);
  EXPECT_EQ(ruling.ruling.reason, "ok");
  EXPECT_EQ(ruling.beacon, 3U);
}

TEST(TagRule, TellsUnknownReplayedAndRejectedTagsApart) {
  const TagBook tags = {{Tag{1}, {.round = 5, .accepted = true, .message = 3}},
                        {Tag{2}, {.round = 5, .accepted = false, .message = 4}}};
  EXPECT_EQ(judge_tag(report_of(9, 5), tags).ruling.reason, "unknown_tag");
  EXPECT_EQ(judge_tag(report_of(1, 6), tags).ruling.reason, "replayed_tag");
  EXPECT_EQ(judge_tag(report_of(2, 5), tags).ruling.reason, "beacon_rejected");
  EXPECT_FALSE(judge_tag(report_of(2, 5), tags).beacon);
}

TEST(TagRule, PrefersAnAcceptedBeaconOverItsReplay) {
  const TagBook tags = {{Tag{1}, {.round = 5, .accepted = false, .message = 9}},
                        {Tag{1}, {.round = 5, .accepted = true, .message = 3}}};
  EXPECT_EQ(judge_tag(report_of(1, 5), tags).beacon, 3U);
}

}  // namespace
}  // namespace earshot::verifier
