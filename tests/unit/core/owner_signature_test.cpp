#include "core/owner_signature.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace earshot {
namespace {

constexpr NetworkId kNetwork = 31337;

Onboarding example() {
  Onboarding onboarding;
  onboarding.hotspot.fill(0x11);
  onboarding.round = 29'700'000;
  onboarding.sequence = UINT64_MAX;  // Beyond what JSON's readers keep exactly.
  onboarding.vrf_key.fill(0x22);
  onboarding.owner.fill(0xA1);
  onboarding.position = {-4'389'000'001, 571'000'002, 4'571'000'003};
  onboarding.s2_cell = 0x478c'2f95'0000'0000;
  onboarding.antenna_gain_ddbi = -21;
  onboarding.region = RegionId::as923;
  onboarding.transmits = true;
  onboarding.clock = ClockClass::gnss;
  return onboarding;
}

// Given: the Keccak team's vector for the empty string, 256 bits.
TEST(Keccak256, IsTheOneBeforeSha3) {
  EXPECT_EQ(to_hex(keccak256({})),
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
}

TEST(OnboardingTypedData, ComesBackAsItWas) {
  const nlohmann::json data = onboarding_typed_data(kNetwork, example());
  const Result<Onboarding> back =
      onboarding_from_typed_data(nlohmann::json::parse(data.dump()), kNetwork);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, example());
}

TEST(OnboardingTypedData, RefusesWhatIsNotOneAndSaysWhy) {
  nlohmann::json data = onboarding_typed_data(kNetwork, example());
  const auto problem = [](const nlohmann::json& one, NetworkId network = kNetwork) {
    return onboarding_from_typed_data(one, network).error().detail;
  };
  EXPECT_EQ(problem(3), "no typed data of an onboarding: \"message\" is missing");
  EXPECT_EQ(problem(data, 1), "the typed data is not that of an onboarding for network 1");
  nlohmann::json other = data;
  other["types"]["Onboarding"][0]["name"] = "hotspots";
  EXPECT_NE(problem(other).find("not that of an onboarding"), std::string::npos);
  other = data;
  other["message"].erase("xMm");
  EXPECT_EQ(problem(other), "message.xMm: missing");
  other = data;
  other["message"]["antennaGainDdbi"] = 40000;
  EXPECT_EQ(problem(other), "message.antennaGainDdbi: no such number");
  other = data;
  other["message"]["region"] = 77;
  EXPECT_TRUE(onboarding_from_typed_data(other, kNetwork)) << "whether there is one, rules say";
}

TEST(IsSignedByOwner, IsFalseForASignatureThatNobodyMade) {
  Onboarding onboarding = example();
  EXPECT_FALSE(is_signed_by_owner(kNetwork, onboarding));
  onboarding.owner_signature.fill(1);
  onboarding.owner_signature.back() = 27;
  EXPECT_FALSE(is_signed_by_owner(kNetwork, onboarding));
}

}  // namespace
}  // namespace earshot
