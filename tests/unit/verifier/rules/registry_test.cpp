#include "verifier/rules/registry.h"

#include <gtest/gtest.h>

#include "core/s2.h"
#include "rewards/chain/eip712.h"
#include "tests/doubles/record_builder.h"

namespace earshot::verifier {
namespace {

class RegistryRule : public testing::Test {
 protected:
  RegistryRule() {
    builder_.add_hotspot(0, 0);
    builder_.add_hotspot(5'000, 0);
  }

  void log(std::size_t hotspot, Onboarding onboarding, UnixNanos before_commitment = 1000) {
    rewards::chain::sign_onboarding(builder_.hotspot(hotspot).owner, builder_.head().network,
                                    onboarding);
    log_as_signed(hotspot, onboarding, before_commitment);
  }
  void log_as_signed(std::size_t hotspot, const Onboarding& onboarding,
                     UnixNanos before_commitment = 1000) {
    std::vector<LoggedMessage> logged = builder_.sign(hotspot, {onboarding});
    logged[0].header_received = builder_.committed_at() - before_commitment;
    logged[0].body_received = logged[0].header_received;
    record_.onboardings.push_back(logged[0]);
  }
  Onboarding onboarding(std::size_t hotspot) { return builder_.hotspot(hotspot).onboarding; }

  // Reasons in canonical order.
  std::vector<std::string> reasons() {
    record_.network = builder_.head().network;
    record_.committed_at = builder_.committed_at();
    canonicalize(record_);
    std::vector<Hash256> ids;
    for (const LoggedMessage& logged : record_.onboardings) {
      ids.push_back(message_id(record_.network, logged.message));
    }
    HeaderBook headers(record_.network);
    rulings_ = judge_onboardings(record_, ids, headers);
    std::vector<std::string> out;
    for (const Ruling& ruling : rulings_.rulings) out.push_back(ruling.reason);
    return out;
  }
  using Reasons = std::vector<std::string>;

  RecordBuilder builder_;
  EpochRecord record_;
  RegistryRulings rulings_;
};

TEST_F(RegistryRule, PutsAHotspotInForceWithItsRegion) {
  log(0, onboarding(0));
  EXPECT_EQ(reasons(), Reasons{"ok"});
  ASSERT_EQ(rulings_.registry.size(), 1U);
  EXPECT_EQ(rulings_.registry.begin()->second.region->name, "EU868");
}

TEST_F(RegistryRule, RefusesASignatureOfSomebodyElse) {
  log(0, onboarding(0));
  record_.onboardings[0].header.signature[0] ^= 1;
  EXPECT_EQ(reasons(), Reasons{"bad_signature"});
}

TEST_F(RegistryRule, RefusesAKeyOfSmallOrder) {
  // Nobody can sign for it, so the rule is asked about a header that is signed by another key.
  Onboarding bad = onboarding(0);
  bad.hotspot = {1};
  log(0, bad);
  EXPECT_EQ(reasons(), Reasons{"wrong_signer"});
}

TEST_F(RegistryRule, RefusesAVrfKeyThatIsNoPoint) {
  Onboarding bad = onboarding(0);
  bad.vrf_key.fill(0xFF);
  log(0, bad);
  EXPECT_EQ(reasons(), Reasons{"bad_vrf_key"});
}

TEST_F(RegistryRule, RefusesWhatItsOwnerDidNotSign) {
  Onboarding moved = onboarding(0);
  moved.position.x_mm += 1;
  log_as_signed(0, moved);
  EXPECT_EQ(reasons(), Reasons{"bad_owner_signature"});
  EXPECT_TRUE(rulings_.registry.empty());
}

TEST_F(RegistryRule, RefusesARegionThatIsNotInTheTable) {
  Onboarding bad = onboarding(0);
  bad.region = static_cast<RegionId>(999);
  log(0, bad);
  EXPECT_EQ(reasons(), Reasons{"unknown_region"});
}

TEST_F(RegistryRule, RefusesAPlaceInSpace) {
  Onboarding bad = onboarding(0);
  bad.position.z_mm = 10'000'000'001;
  log(0, bad);
  EXPECT_EQ(reasons(), Reasons{"bad_position"});
}

TEST_F(RegistryRule, KeepsAKeyChosenAfterTheCommitmentForTheNextEpoch) {
  log(0, onboarding(0), 0);
  EXPECT_EQ(reasons(), Reasons{"ok"});
  record_.onboardings[0].body_received += 1;
  EXPECT_EQ(reasons(), Reasons{"registered_after_commitment"});
  EXPECT_EQ(rulings_.rulings[0].decision, Decision::late);
}

TEST_F(RegistryRule, LetsAHigherSequenceReplaceALowerOne) {
  log(0, onboarding(0));
  Onboarding moved = onboarding(0);
  moved.sequence = 2;
  moved.position.x_mm += 1;
  log(0, moved);
  EXPECT_EQ(reasons(), (Reasons{"superseded", "ok"}));
  EXPECT_EQ(rulings_.registry.begin()->second.onboarding.position, moved.position);
}

TEST_F(RegistryRule, VoidsTwoOnboardingsUnderOneSequence) {
  log(0, onboarding(0));
  Onboarding moved = onboarding(0);
  moved.position.x_mm += 1;
  log(0, moved);
  EXPECT_EQ(reasons(), (Reasons{"equivocation", "equivocation"}));
  EXPECT_EQ(rulings_.rulings[0].decision, Decision::void_);
  EXPECT_TRUE(rulings_.registry.empty());
}

TEST_F(RegistryRule, LeavesAVrfKeyWithWhomRegisteredItFirst) {
  log(0, onboarding(0), 1000);
  Onboarding copied = onboarding(1);
  copied.vrf_key = onboarding(0).vrf_key;
  log(1, copied, 999);
  const Reasons found = reasons();
  EXPECT_EQ(std::ranges::count(found, "vrf_key_taken"), 1);
  EXPECT_TRUE(rulings_.registry.contains(onboarding(0).hotspot));
  EXPECT_FALSE(rulings_.registry.contains(onboarding(1).hotspot));
}

TEST_F(RegistryRule, RefusesACellThatIsNotWhereThePositionIs) {
  Onboarding far = onboarding(0);
  far.s2_cell = onboarding(1).s2_cell;  // 5 km away: lonelier, perhaps.
  Onboarding coarse = onboarding(1);
  coarse.s2_cell = s2_parent(coarse.s2_cell, 14);
  log(0, far);
  log(1, coarse);
  EXPECT_EQ(reasons(), (Reasons{"bad_cell", "bad_cell"}));
}

}  // namespace
}  // namespace earshot::verifier
