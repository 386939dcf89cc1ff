#include "rewards/units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/fixed.h"

namespace earshot::rewards {
namespace {

nlohmann::json vectors() {
  return nlohmann::json::parse(
      std::ifstream(EARSHOT_SOURCE_DIR "/tests/vectors/helium_units.json"));
}

// "0.7600" in steps of 10^-4.
std::uint64_t steps_of(const std::string& decimal) {
  return static_cast<std::uint64_t>(std::llround(std::stod(decimal) * 10'000));
}

TEST(Units, AreThoseOfTheHeliumOracles) {
  const auto all = vectors();
  for (const auto& c : all.at("reward_units")) {
    const auto witnesses = c.at("num_valid_selected_witnesses").get<std::uint64_t>();
    EXPECT_EQ(beacon_units(witnesses), steps_of(c.at("beacon_unit"))) << witnesses;
    EXPECT_EQ(witness_units(witnesses), steps_of(c.at("witness_unit"))) << witnesses;
  }
}

TEST(Units, RoundToTheTableOfHip15) {
  const auto table = vectors().at("hip15_2dp");
  for (std::uint64_t w = 1; w <= table.at("beacon").size(); ++w) {
    const auto places = [](std::uint64_t units) {
      return std::round(static_cast<double>(units) / 100) / 100;
    };
    EXPECT_DOUBLE_EQ(places(beacon_units(w)), table.at("beacon")[w - 1].get<double>()) << w;
    EXPECT_DOUBLE_EQ(places(witness_units(w)), table.at("witness")[w - 1].get<double>()) << w;
  }
}

TEST(Units, AreTheFormulasWithinHalfAStepProperty) {
  for (std::uint64_t w = 5; w <= 70'000; w = w < 200 ? w + 1 : w * 2 + 1) {
    const double decay = std::pow(0.8, static_cast<double>(w - 4));
    EXPECT_NEAR(static_cast<double>(beacon_units(w)), 10'000 * (2 - decay), 0.5000001) << w;
    EXPECT_NEAR(static_cast<double>(witness_units(w)),
                10'000 * (3 + decay) / static_cast<double>(w), 0.5000001)
        << w;
  }
  EXPECT_EQ(beacon_units(~0ULL), 2 * kUnit);
  EXPECT_EQ(witness_units(~0ULL), 0U);
  EXPECT_EQ(witness_units(60'000), 1U);  // 0.5 and a little.
  EXPECT_EQ(witness_units(60'001), 0U);
}

TEST(Units, ABeaconNeverEarnsLessForAnotherWitness) {
  for (std::uint64_t w = 0; w < 200; ++w) EXPECT_LE(beacon_units(w), beacon_units(w + 1));
}

TEST(Units, AWitnessNeverEarnsMoreInALargerCrowd) {
  for (std::uint64_t w = 1; w < 200; ++w) EXPECT_GE(witness_units(w), witness_units(w + 1));
}

}  // namespace
}  // namespace earshot::rewards
