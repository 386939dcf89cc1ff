#include "simulator/scenario.h"

#include <gtest/gtest.h>

#include <set>

#include "core/files.h"
#include "simulator/files.h"

namespace earshot::simulator {
namespace {

std::string with_two_hotspots(const std::string& head, const std::string& tail = "") {
  return head + R"(
[[hotspot]]
name = "mill"
owner = "alma"
place = { latitude = 48.1, longitude = 15.1, height = 500 }
[[hotspot]]
name = "church"
owner = "bruno"
place = { latitude = 48.2, longitude = 15.1, height = 500 }
)" + tail;
}

const std::string kHead = "name = \"two\"\nseed = 7\nstart = \"2026-11-22\"\n";

std::string problems_of(const std::string& text) {
  const Result<Scenario> scenario = parse_scenario(text, "two.toml");
  if (scenario) return "";
  EXPECT_EQ(scenario.error().code, Errc::bad_data);
  EXPECT_EQ(scenario.error().detail.find('\n'), std::string::npos) << "one line";
  return scenario.error().detail;
}

TEST(Scenario, TheVillageParses) {
  const std::string path = EARSHOT_SOURCE_DIR "/simulator/scenarios/village.toml";
  const Result<std::string> text = read_file(path);
  ASSERT_TRUE(text);
  const Result<Scenario> scenario = parse_scenario(*text, path);
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->hotspots.size(), 8U);
  std::set<std::string> owners;
  std::set<Attack> attacks;
  int receive_only = 0;
  for (const HotspotPlan& hotspot : scenario->hotspots) {
    owners.insert(hotspot.owner);
    attacks.insert(hotspot.attack);
    receive_only += hotspot.transmits ? 0 : 1;
  }
  EXPECT_EQ(owners.size(), 6U);
  EXPECT_EQ(attacks.size(), 5U) << "the four attacks and none";
  EXPECT_EQ(receive_only, 2);
  EXPECT_EQ(scenario->start_day, 20779);
  ASSERT_EQ(scenario->policy_overrides.size(), 1U);
  EXPECT_EQ(scenario->policy_overrides[0].first, "audit.share_ppm");
  EXPECT_EQ(scenario->policy_overrides[0].second, "1000000");
}

TEST(Scenario, WhatIsLeftOutHasItsDefault) {
  const Result<Scenario> scenario = parse_scenario(with_two_hotspots(kHead), "two.toml");
  ASSERT_TRUE(scenario) << scenario.error().detail;
  EXPECT_EQ(scenario->policy, "earshot-1");
  EXPECT_EQ(scenario->air.rate_hz, 1'000'000U);
  EXPECT_TRUE(scenario->hotspots[0].transmits);
  EXPECT_EQ(scenario->hotspots[0].attack, Attack::none);
  EXPECT_EQ(scenario->hotspots[0].asserted.latitude_deg, 48.1);
}

TEST(Scenario, EveryProblemIsNamedAtOnce) {
  const std::string problems = problems_of(with_two_hotspots(
      "name = \"Two\"\nseed = -1\nstart = \"tomorrow\"\ncolour = 3\n", "antena = 3\n"));
  EXPECT_NE(problems.find("two.toml: name: found \"Two\""), std::string::npos) << problems;
  EXPECT_NE(problems.find("two.toml: seed: found -1"), std::string::npos) << problems;
  EXPECT_NE(problems.find("two.toml: start: found \"tomorrow\""), std::string::npos) << problems;
  EXPECT_NE(problems.find("two.toml: colour: found an unknown key"), std::string::npos) << problems;
  EXPECT_NE(problems.find("antena: found an unknown key"), std::string::npos) << problems;
}

TEST(Scenario, ASyntaxErrorNamesItsLine) {
  EXPECT_NE(problems_of("name = \"two\"\nseed = = 3\n").find("two.toml: line 2"),
            std::string::npos);
}

TEST(Scenario, ALatitudeOutOfRangeNamesItsHotspot) {
  const std::string problems = problems_of(kHead + R"(
[[hotspot]]
name = "mill"
owner = "alma"
place = { latitude = 148.1, longitude = 15.1, height = 500 }
[[hotspot]]
name = "church"
owner = "bruno"
place = { latitude = 48.2, longitude = 15.1, height = 500 }
)");
  EXPECT_NE(problems.find("hotspot.mill.place: latitude: found 148.1"), std::string::npos)
      << problems;
}

TEST(Scenario, ALiarAboutItsPositionHasToSayWhich) {
  const std::string problems = problems_of(with_two_hotspots(kHead, "attack = \"position\"\n"));
  EXPECT_NE(problems.find("asserted: found nothing"), std::string::npos) << problems;
}

TEST(Scenario, AnHonestHotspotAssertsNoOtherPlace) {
  const std::string problems = problems_of(
      with_two_hotspots(kHead, "asserted = { latitude = 48.3, longitude = 15.1, height = 500 }\n"));
  EXPECT_NE(problems.find("hotspot.church: asserted"), std::string::npos) << problems;
}

TEST(Scenario, AnUnknownAttackListsTheKnown) {
  const std::string problems = problems_of(with_two_hotspots(kHead, "attack = \"wormhole\"\n"));
  EXPECT_NE(problems.find("none, position, rssi, replay, evidence"), std::string::npos) << problems;
}

TEST(Scenario, OnlyATransmitterCanReplay) {
  const std::string problems =
      problems_of(with_two_hotspots(kHead, "attack = \"replay\"\ntransmits = false\n"));
  EXPECT_NE(problems.find("hotspot.church: attack"), std::string::npos) << problems;
}

TEST(Scenario, NamesAreUnique) {
  const std::string problems = problems_of(with_two_hotspots(kHead, R"(
[[hotspot]]
name = "mill"
owner = "clara"
place = { latitude = 48.3, longitude = 15.1, height = 500 }
)"));
  EXPECT_NE(problems.find("two hotspots named mill"), std::string::npos) << problems;
}

TEST(Scenario, TheBandHoldsEveryChannel) {
  const std::string problems = problems_of(with_two_hotspots(kHead + "[air]\nrate_hz = 300000\n"));
  EXPECT_NE(problems.find("air.rate_hz"), std::string::npos) << problems;
}

}  // namespace
}  // namespace earshot::simulator
