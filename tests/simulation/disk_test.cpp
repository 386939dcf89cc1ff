// What the simulated disk keeps, and what the real registry keeps on it.
#include "tests/simulation/disk.h"

#include <gtest/gtest.h>

#include "tests/simulation/sqlite_files.h"
#include "verifier/registry_store.h"

namespace earshot::simulation {
namespace {

using verifier::RegistryStore;

Bytes filled(std::size_t size, std::uint8_t value) { return Bytes(size, value); }

TEST(Disk, KeepsWhatWasSyncedAndTearsWhatWasNotAtSectors) {
  int lost = 0;
  int whole = 0;
  int torn = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk{Dice(seed)};
    ASSERT_TRUE(disk.write("a", 0, filled(1024, 1)));
    ASSERT_TRUE(disk.sync("a"));
    ASSERT_TRUE(disk.write("a", 0, filled(1024, 2)));
    disk.stop_now(Stop::power_loss);
    EXPECT_FALSE(disk.write("a", 0, filled(1, 3)));
    disk.restart();
    const ByteView left = disk.contents("a");
    ASSERT_EQ(left.size(), 1024U);
    ASSERT_EQ(left[0], left[511]);
    ASSERT_EQ(left[512], left[1023]);
    ++(left[0] != left[1023] ? torn : left[0] == 1 ? lost : whole);
  }
  EXPECT_GT(lost, 10);
  EXPECT_GT(whole, 10);
  EXPECT_GT(torn, 10);
}

TEST(Disk, AKilledProcessLeavesWhatItWrote) {
  Disk disk{Dice(1)};
  ASSERT_TRUE(disk.write("a", 0, filled(10, 1)));
  disk.stop_now(Stop::kill);
  disk.restart();
  EXPECT_EQ(disk.contents("a").size(), 10U);
}

TEST(Disk, StopsAtTheOperationThatWasChosen) {
  Disk disk{Dice(1)};
  disk.stop_after(1, Stop::kill);
  EXPECT_TRUE(disk.write("a", 0, filled(10, 1)));
  EXPECT_FALSE(disk.sync("a"));
  EXPECT_FALSE(disk.is_running());
}

// A transaction cut by a kill can be read by the next process. It was seen by others then, and must
// be there whatever happens next, a loss of power included.
TEST(RegistryOnDisk, WhatANewProcessReadsIsDurable) {
  int seen_after_kill = 0;
  for (std::uint64_t operations = 0; operations < 12; ++operations) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      Disk disk{Dice(seed)};
      mount_for_sqlite(disk);
      auto registry = *RegistryStore::open("registry", 1);
      disk.stop_after(operations, Stop::kill);
      const bool is_told = registry->release({{5, {}, {}}}).has_value();
      disk.stop_now(Stop::kill);
      registry.reset();

      disk.restart();
      forget_sqlite_memory();
      registry = *RegistryStore::open("registry", 1);
      const bool is_seen = *registry->last_released() == std::optional<Round>(5);
      EXPECT_TRUE(is_seen || !is_told);
      seen_after_kill += is_seen && !is_told ? 1 : 0;
      disk.stop_now(Stop::power_loss);
      registry.reset();

      disk.restart();
      forget_sqlite_memory();
      registry = *RegistryStore::open("registry", 1);
      EXPECT_EQ(*registry->last_released() == std::optional<Round>(5), is_seen)
          << operations << " operations, seed " << seed;
    }
  }
  EXPECT_GT(seen_after_kill, 0) << "no kill hit between the write and its sync";
}

}  // namespace
}  // namespace earshot::simulation
