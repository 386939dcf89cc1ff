#include "simulator/world.h"

#include <gtest/gtest.h>

#include <set>

#include "simulator/files.h"
#include "simulator/input.h"
#include "simulator/keys.h"

namespace earshot::simulator {
namespace {

constexpr NetworkId kNetwork = 31337;

World village() {
  const Result<RunInput> input = read_input(EARSHOT_SOURCE_DIR "/simulator/scenarios/village.toml");
  EXPECT_TRUE(input) << input.error().detail;
  return World(input->scenario, input->policy, kNetwork);
}

TEST(Keys, DependOnSeedUseAndName) {
  std::set<ByteArray<32>> seeds;
  for (const std::uint64_t seed : {1, 2}) {
    for (const char* use : {"hotspot", "owner"}) {
      for (const char* name : {"mill", "church"}) seeds.insert(derive_seed(seed, use, name));
    }
  }
  EXPECT_EQ(seeds.size(), 8U);
  EXPECT_EQ(derive_seed(1, "owner", "mill"), derive_seed(1, "owner", "mill"));
  EXPECT_NE(derive_seed(1, "a", "bc"), derive_seed(1, "ab", "c")) << "parts are kept apart";
}

TEST(Keys, AreTheSameInEveryVersion) {
  // SHA-256("earshot/v1/simulation" 00 "owner" 00 "alma" 0000000000000364), by Python's hashlib.
  EXPECT_EQ(to_hex(derive_seed(868, "owner", "alma")),
            "85f8eb02a62280b78b791d3856753c764455eaa97ffba39acdf956001a7b598f");
}

TEST(World, TheVillageHasTheEpochOfItsDay) {
  const World world = village();
  EXPECT_EQ(world.epoch(), 20779U);
  EXPECT_EQ(to_iso8601(instant_of_round(world.first_round()), 0), "2026-11-22T00:00:00Z");
  EXPECT_EQ(world.end_round() - world.first_round(), 1440U);
}

TEST(World, OverridesReachThePolicy) { EXPECT_EQ(village().policy().audit_share_ppm, 1'000'000U); }

TEST(World, LinksAreReciprocal) {
  const World world = village();
  for (std::size_t a = 0; a < world.hotspots().size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_EQ(world.link_loss(a, b), world.link_loss(b, a));
    }
  }
}

TEST(World, TheVillagesLinksSpanFromStrongToBelowThreshold) {
  const World world = village();
  int usable = 0, weak = 0, all = 0;
  for (std::size_t from = 0; from < world.hotspots().size(); ++from) {
    if (!world.hotspots()[from].plan.transmits) continue;
    for (std::size_t to = 0; to < world.hotspots().size(); ++to) {
      if (from == to) continue;
      // At the middle power step.
      const double power =
          16.15 - 4.5 - world.link_loss(from, to).value() + world.hotspots()[to].plan.gain_dbi;
      const double snr =
          power -
          radio::thermal_noise(Hertz(125e3), Db(world.hotspots()[to].plan.noise_figure_db)).value();
      EXPECT_LT(snr, 20) << world.hotspots()[from].plan.name;
      ++all;
      usable += snr > -5 ? 1 : 0;
      weak += snr < 0 ? 1 : 0;
    }
  }
  EXPECT_GT(usable, all * 7 / 10);
  EXPECT_GT(weak, 2);
}

TEST(World, FourOwnersCanHearEveryHonestTransmitterAndTheOneThatReplays) {
  const World world = village();
  for (const WorldHotspot& sender : world.hotspots()) {
    if (!sender.plan.transmits || sender.plan.attack == Attack::position) continue;
    std::set<std::string> owners;
    for (const WorldHotspot& witness : world.hotspots()) {
      const bool is_heard = !witness.is_cheat() || witness.plan.attack == Attack::replay;
      if (is_heard && witness.plan.owner != sender.plan.owner) owners.insert(witness.plan.owner);
    }
    EXPECT_GE(owners.size(), 4U) << sender.plan.name;
  }
}

TEST(World, OnlyTheLiarsSettingsLie) {
  const World world = village();
  for (std::size_t i = 0; i < world.hotspots().size(); ++i) {
    const WorldHotspot& self = world.hotspots()[i];
    const hotspot::Settings settings = world.settings(i);
    EXPECT_EQ(*settings.position == self.truth, self.plan.attack != Attack::position);
    const double believed = settings.calibration.full_scale_cdbm / 100.0;
    const double truth = world.front_end(i).full_scale_dbm;
    const double lie = self.plan.attack == Attack::rssi ? 35 : 0;
    EXPECT_NEAR(believed, truth + lie, 5 * world.scenario().air.calibration_error_db);
  }
}

}  // namespace
}  // namespace earshot::simulator
