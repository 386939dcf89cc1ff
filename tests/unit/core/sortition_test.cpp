#include "core/sortition.h"

#include <gtest/gtest.h>

#include <map>

#include "core/hash.h"
#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

Entropy entropy_for(Round round) {
  Writer writer;
  writer.put(round);
  return sha256(writer.bytes());
}

const Region& region() { return *find_region(RegionId::eu868); }

// Semtech's LoRa calculator for 18 bytes, CR 4/5, explicit header, CRC, preamble 8, 125 kHz.
TEST(Airtime, MatchesTheCalculator) {
  EXPECT_EQ(beacon_airtime(7, 125'000), std::chrono::microseconds(51'456));
  EXPECT_EQ(beacon_airtime(8, 125'000), std::chrono::microseconds(92'672));
  EXPECT_EQ(beacon_airtime(9, 125'000), std::chrono::microseconds(185'344));
  EXPECT_EQ(beacon_airtime(10, 125'000), std::chrono::microseconds(329'728));
  EXPECT_EQ(beacon_airtime(11, 125'000), std::chrono::microseconds(659'456));
  EXPECT_EQ(beacon_airtime(12, 125'000), std::chrono::microseconds(1'318'912));
}

TEST(Airtime, HalvesWithTwiceTheBandwidth) {
  for (std::uint8_t factor = 7; factor <= 10; ++factor) {
    EXPECT_EQ(beacon_airtime(factor, 250'000) * 2, beacon_airtime(factor, 125'000));
    EXPECT_EQ(beacon_airtime(factor, 500'000) * 4, beacon_airtime(factor, 125'000));
  }
}

TEST(AnchorOffset, IsTwelveAndAQuarterSymbols) {
  EXPECT_EQ(beacon_anchor_offset(7, 125'000), std::chrono::microseconds(12'544));
  EXPECT_EQ(beacon_anchor_offset(12, 500'000), std::chrono::microseconds(100'352));
}

TEST(Slots, EveryHotspotSpeaksExactlyOnceInAWindowProperty) {
  RandomMessages random(50);
  SortitionRules rules;
  rules.window_rounds = 60;
  for (int i = 0; i < 200; ++i) {
    const PublicKey hotspot = random.array<32>();
    const Round first = 1000 * rules.window_rounds;
    const auto found = slot_in_window(
        first + 17, [](Round r) { return std::optional(entropy_for(r)); }, hotspot, region(),
        rules);
    ASSERT_TRUE(found);
    EXPECT_GE(found->first, first);
    EXPECT_LT(found->first, first + rules.window_rounds);
    EXPECT_EQ(slot_of(entropy_for(found->first), found->first, hotspot, region(), rules),
              found->second);
  }
}

TEST(Slots, AreSpreadEvenlyOverTheWindowProperty) {
  RandomMessages random(51);
  SortitionRules rules;
  rules.window_rounds = 10;
  std::map<Round, int> turns;
  for (int i = 0; i < 5000; ++i) {
    const PublicKey hotspot = random.array<32>();
    ++turns[slot_in_window(
                0, [](Round r) { return std::optional(entropy_for(r)); }, hotspot, region(), rules)
                ->first];
  }
  ASSERT_EQ(turns.size(), 10U);
  for (const auto& [round, count] : turns) EXPECT_NEAR(count, 500, 110) << round;  // 5 sigma
}

TEST(Slots, LieInTheRoundWithTheirWholeFrameProperty) {
  RandomMessages random(52);
  SortitionRules rules{.window_rounds = 1, .min_spreading_factor = 7, .max_spreading_factor = 12};
  std::map<std::uint8_t, int> factors;
  std::map<std::uint64_t, int> channels;
  for (Round round = 0; round < 3000; ++round) {
    const auto slot = slot_of(entropy_for(round), round, random.array<32>(), region(), rules);
    ASSERT_TRUE(slot);  // A window of one round: always its last.
    EXPECT_GE(slot->start, std::chrono::seconds(kFirstTransmitSecond));
    EXPECT_LT(slot->start + beacon_airtime(slot->spreading_factor, kBeaconBandwidthHz),
              std::chrono::seconds(kLastTransmitSecond));
    EXPECT_EQ(slot->start.count() % 1'000'000, 0);
    ++factors[slot->spreading_factor];
    ++channels[slot->frequency_hz];
  }
  EXPECT_EQ(factors.size(), 6U);
  EXPECT_EQ(channels.size(), region().channels_hz.size());
}

TEST(Slots, SkippedRoundsAreNotReplaced) {
  const auto none = [](Round) { return std::optional<Entropy>(); };
  EXPECT_FALSE(slot_in_window(5, none, PublicKey{1}, region(), SortitionRules{}));
}

TEST(BeaconSecret, IsTheFirstSixteenBytesAndTwoBits) {
  VrfOutput output{};
  for (std::size_t i = 0; i < output.size(); ++i) output[i] = static_cast<std::uint8_t>(i + 1);
  output[16] = 0xFE;
  const BeaconSecret secret = beacon_secret(output);
  EXPECT_EQ(to_hex(secret.tag), "0102030405060708090a0b0c0d0e0f10");
  EXPECT_EQ(secret.power_step, 2);
}

}  // namespace
}  // namespace earshot
