// The simulator itself: that it repeats, that it reaches what it is for, and that it can fail.
#include <gtest/gtest.h>

#include "tests/simulation/world.h"

namespace earshot::simulation {
namespace {

// Seeds until one breaks an invariant; zero when none of `most` does.
std::uint64_t seeds_until_found(Sabotage sabotage, std::uint64_t most) {
  for (std::uint64_t seed = 1; seed <= most; ++seed) {
    if (!simulate(seed, {.trace = nullptr, .sabotage = sabotage}).problem.empty()) return seed;
  }
  return 0;
}

TEST(Simulation, TheSameSeedHappensTheSameWayWhateverRanBefore) {
  const auto first = simulate(7);
  simulate(8);
  const auto second = simulate(7);
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_NE(first.trace, simulate(8).trace);
}

TEST(Simulation, ReachesEveryKindOfFaultAndOfAnswer) {
  Counts counts;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const auto run = simulate(seed);
    EXPECT_EQ(run.problem, "") << "seed " << seed;
    counts += run.counts;
  }
  EXPECT_GT(counts.acknowledged, 1500U);
  EXPECT_GT(counts.groups, 300U);
  EXPECT_GT(counts.crashes, 100U);
  EXPECT_GT(counts.crashes_in_requests, 5U);
  EXPECT_GT(counts.outages, 15U);
  EXPECT_GT(counts.clock_steps, 30U);
  EXPECT_GT(counts.refused_by_disk, 30U);
  EXPECT_GT(counts.equivocations, 100U);
  EXPECT_GE(counts.seals, 150U);
  EXPECT_GT(counts.accepted, 500U);
  EXPECT_GT(counts.after_seal, 5U);
  EXPECT_GT(counts.deleted, 10U);
  EXPECT_GT(counts.put_away, 50U);
  EXPECT_GT(counts.outdated, 20U);
}

// A verifier, or a disk, that breaks its promise must not pass.
TEST(Simulation, FindsAStoreThatAnswersBeforeItWrites) {
  EXPECT_NE(seeds_until_found(Sabotage::answers_before_writing, 50), 0U);
}
TEST(Simulation, FindsAStoreThatKeepsHalfARequest) {
  EXPECT_NE(seeds_until_found(Sabotage::writes_in_two_steps, 200), 0U);
}
TEST(Simulation, FindsMessagesThatWereNotSynced) {
  EXPECT_NE(seeds_until_found(Sabotage::skips_journal_sync, 50), 0U);
}
TEST(Simulation, FindsARegistryThatWasNotSynced) {
  EXPECT_NE(seeds_until_found(Sabotage::skips_registry_sync, 100), 0U);
}
TEST(Simulation, FindsAMessageThatIsNotJudged) {
  EXPECT_NE(seeds_until_found(Sabotage::loses_a_message, 20), 0U);
}

TEST(Simulation, FindsAVerifierThatCountsTimeInWhichItWasNotThere) {
  EXPECT_NE(seeds_until_found(Sabotage::ignores_outages, 60), 0U);
}

}  // namespace
}  // namespace earshot::simulation
