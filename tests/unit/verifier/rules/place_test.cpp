#include "verifier/rules/place.h"

#include <gtest/gtest.h>

namespace earshot::verifier {
namespace {

using rewards::Tier;

// Hotspot 0 speaks; owners 1.. own hotspots 1..; everybody transmits but hotspot 9.
class Place : public testing::Test {
 protected:
  Place() {
    for (std::uint8_t i = 0; i < 10; ++i) {
      Registration& registration = registry_[PublicKey{i}];
      registration.onboarding.hotspot = {i};
      registration.onboarding.owner = {i};
      registration.onboarding.transmits = i != 9;
    }
  }
  void heard_by(int number, bool timed = true) {
    const PublicKey witness = {static_cast<std::uint8_t>(number)};
    links_.push_back({.beaconer = {0},
                      .witness = witness,
                      .witness_owner = registry_.at(witness).onboarding.owner,
                      .accepted = true,
                      .timed = timed});
  }
  void contradicted_by(int witness, bool timed = true) {
    heard_by(witness, timed);
    links_.back().accepted = false;
    links_.back().contradicts = true;
  }
  Tier tier(std::size_t hotspot = 0) const {
    return judge_places(registry_, links_, policy_).at(hotspot).tier;
  }

  Registry registry_;
  std::vector<Link> links_;
  rewards::Policy policy_;
};

TEST_F(Place, IsUnprovenUnlessHeard) { EXPECT_EQ(tier(), Tier::unproven); }

TEST_F(Place, IsPlausibleWhenEnoughOwnersHeardIt) {
  heard_by(1, false);
  EXPECT_EQ(tier(), Tier::unproven);
  heard_by(2, false);
  EXPECT_EQ(tier(), Tier::plausible);
}

TEST_F(Place, IsLocatedWhenEnoughOwnersHeardItWithTiming) {
  for (const int witness : {1, 2, 3}) heard_by(witness);
  heard_by(4, false);
  EXPECT_EQ(tier(), Tier::plausible);
  heard_by(5);
  EXPECT_EQ(tier(), Tier::located);
}

TEST_F(Place, CountsAnOwnerOnceHoweverManyHotspotsItHas) {
  registry_.at({2}).onboarding.owner = {1};
  heard_by(1);
  heard_by(2);
  heard_by(1);
  EXPECT_EQ(tier(), Tier::unproven);
}

TEST_F(Place, IsUnprovenWhenMostTimingContradictsIt) {
  heard_by(1);
  heard_by(2);
  contradicted_by(3);
  contradicted_by(4);
  EXPECT_EQ(tier(), Tier::plausible);
  contradicted_by(5);
  EXPECT_EQ(tier(), Tier::unproven);
}

TEST_F(Place, IsNotContradictedByClocksThatDoNotCountAsTiming) {
  heard_by(1);
  heard_by(2);
  for (const int witness : {3, 4, 5, 6}) contradicted_by(witness, false);
  EXPECT_EQ(tier(), Tier::plausible);
}

TEST_F(Place, ShowsTheCountsItRestsOn) {
  heard_by(1);
  heard_by(2, false);
  contradicted_by(3);
  const std::vector<Finding> findings = judge_places(registry_, links_, policy_).at(0).findings;
  EXPECT_EQ(findings, (std::vector<Finding>{{"heard_owners", 2},
                                            {"timed_owners", 1},
                                            {"contradicting_owners", 1},
                                            {"plausible_min_owners", 2},
                                            {"located_min_owners", 4}}));
}

TEST_F(Place, IsNotProvenByWitnessing) {
  for (const int witness : {1, 2, 3, 4}) heard_by(witness);
  EXPECT_EQ(tier(1), Tier::unproven);
}

TEST_F(Place, MakesAListenerOfAnAuditedReceiver) {
  heard_by(9);
  EXPECT_EQ(tier(9), Tier::unproven);
  links_.back().audited = true;
  EXPECT_EQ(tier(9), Tier::listener);
  links_.back().accepted = false;
  EXPECT_EQ(tier(9), Tier::unproven);
}

TEST_F(Place, AsksForSomebodyEvenIfThePolicyDoesNot) {
  policy_.plausible_min_owners = 0;
  policy_.located_min_owners = 0;
  EXPECT_EQ(tier(), Tier::unproven);
}

}  // namespace
}  // namespace earshot::verifier
