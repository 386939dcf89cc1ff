#include "hotspot/onboarding.h"

#include "core/s2.h"
#include "hotspot/s2_cell.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

TEST(Onboarding, SaysWhatTheSettingsSay) {
  const Identity identity = test_identity(1);
  const Settings settings = test_settings();
  const Result<Onboarding> made = make_onboarding(identity, settings, kTestRound, 4);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->hotspot, identity.signing.public_key);
  EXPECT_EQ(made->vrf_key, identity.vrf.public_key);
  EXPECT_EQ(made->sequence, 4U);
  EXPECT_EQ(made->owner, settings.owner);
  EXPECT_EQ(made->position, *settings.position);
  EXPECT_EQ(made->antenna_gain_ddbi, 21);
  EXPECT_TRUE(made->transmits);
}

TEST(Onboarding, NamesEverySettingThatIsMissing) {
  const Result<Onboarding> made = make_onboarding(test_identity(1), {}, kTestRound, 1);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::configuration);
  EXPECT_EQ(made.error().detail, "onboarding needs: region, antenna gain, position, owner");
}

// Level 15 of (46.52, 6.63), as https://s2geometry.io cell ids count: the face and the first bits.
TEST(S2Cell, IsALevel15CellThatHoldsThePlace) {
  const std::uint64_t cell = s2_cell_of(to_ecef({46.52, 6.63, 450}));
  const std::uint64_t lowest_bit = cell & (~cell + 1);
  EXPECT_EQ(lowest_bit, 1ULL << (2 * (30 - kPositionCellLevel)));
  EXPECT_EQ(cell, s2_cell_of(to_ecef({46.5201, 6.6301, 100}))) << "20 m away and lower";
  EXPECT_NE(cell, s2_cell_of(to_ecef({46.53, 6.63, 450}))) << "a kilometre away";
}

}  // namespace
}  // namespace earshot::hotspot
