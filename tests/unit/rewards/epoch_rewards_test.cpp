#include "rewards/epoch_rewards.h"

#include <gtest/gtest.h>

#include <random>

#include "rewards/amount.h"
#include "rewards/payout_tree.h"
#include "rewards/units.h"

namespace earshot::rewards {
namespace {

PublicKey key(std::uint8_t number) { return PublicKey{number}; }
EvmAddress owner(std::uint8_t number) { return EvmAddress{number}; }

Policy policy() {
  Policy out;
  out.verifiers_account = owner(0xF0);
  out.reserve_account = owner(0xF1);
  return out;
}

Uint128 total_of(std::span<const AccountTotal> accounts, const EvmAddress& account) {
  for (const AccountTotal& total : accounts) {
    if (total.account == account) return total.cumulative;
  }
  return 0;
}
std::string text(Uint128 amount) { return amount128_to_decimal(amount); }

struct World {
  std::vector<Standing> standings;
  std::vector<BeaconCredit> credits;
  std::vector<AccountTotal> previous;
};

World random_world(std::mt19937_64& bits) {
  World world;
  const std::size_t count = bits() % 20 + 1;
  for (std::size_t i = 0; i < count; ++i) {
    world.standings.push_back({key(static_cast<std::uint8_t>(i + 1)),
                               owner(static_cast<std::uint8_t>(bits() % 6)),
                               static_cast<Tier>(bits() % kTierCount)});
  }
  for (std::size_t b = bits() % 30; b > 0; --b) {
    BeaconCredit credit{.hotspot = world.standings[bits() % count].hotspot, .witnesses = {}};
    for (const Standing& standing : world.standings) {
      if (bits() % 3 == 0 && standing.hotspot != credit.hotspot) {
        credit.witnesses.push_back(standing.hotspot);
      }
    }
    world.credits.push_back(std::move(credit));
  }
  for (std::uint8_t i = 0; i < 4; ++i) {
    if (bits() % 2 == 0) world.previous.push_back({owner(i), bits() + 1});
  }
  return world;
}

TEST(EpochRewards, CreditsSumToTheEmissionAlwaysProperty) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 1000; ++i) {
    const World world = random_world(bits);
    const auto rewards =
        epoch_rewards(policy(), world.credits, world.standings, world.previous).value();
    Uint128 before = 0;
    Uint128 after = 0;
    for (const AccountTotal& total : world.previous) before += total.cumulative;
    for (const AccountTotal& total : rewards.accounts) after += total.cumulative;
    EXPECT_EQ(text(after - before), policy().emission_per_epoch);
    EXPECT_EQ(text(rewards.emitted), policy().emission_per_epoch);
    EXPECT_TRUE(after == rewards.cumulative_total);
    EXPECT_EQ(rewards.hotspots.size(), world.standings.size());
  }
}

TEST(EpochRewards, NoAccountEverFallsAndNoneIsZeroProperty) {
  std::mt19937_64 bits(2);
  for (int i = 0; i < 300; ++i) {
    const World world = random_world(bits);
    const auto rewards =
        epoch_rewards(policy(), world.credits, world.standings, world.previous).value();
    for (const AccountTotal& total : world.previous) {
      EXPECT_TRUE(total_of(rewards.accounts, total.account) >= total.cumulative);
    }
    for (std::size_t k = 0; k < rewards.accounts.size(); ++k) {
      EXPECT_TRUE(rewards.accounts[k].cumulative > 0);
      if (k > 0) {
        EXPECT_LT(rewards.accounts[k - 1].account, rewards.accounts[k].account);
      }
    }
  }
}

TEST(EpochRewards, DoNotDependOnTheOrderOfBeaconsProperty) {
  std::mt19937_64 bits(3);
  for (int i = 0; i < 200; ++i) {
    World world = random_world(bits);
    const auto one = epoch_rewards(policy(), world.credits, world.standings, world.previous);
    std::shuffle(world.credits.begin(), world.credits.end(), bits);
    const auto other = epoch_rewards(policy(), world.credits, world.standings, world.previous);
    EXPECT_EQ(one->accounts, other->accounts);
  }
}

TEST(EpochRewards, UnprovenAndListenersEarnNoCoverage) {
  const std::vector<Standing> standings = {{key(1), owner(1), Tier::located},
                                           {key(2), owner(2), Tier::unproven},
                                           {key(3), owner(3), Tier::listener}};
  const std::vector<BeaconCredit> credits = {{key(1), {key(2), key(3)}}};
  const auto rewards = epoch_rewards(policy(), credits, standings, {}).value();
  EXPECT_EQ(text(rewards.hotspots[0].amount), "12000000000000000000000");  // All coverage.
  EXPECT_EQ(text(rewards.hotspots[1].amount), "0");
  EXPECT_EQ(text(rewards.hotspots[2].amount), "400000000000000000000");  // All of the listeners'.
  EXPECT_EQ(rewards.hotspots[1].witness_units, kUnit);  // Counted, though not paid.
  EXPECT_EQ(text(total_of(rewards.accounts, owner(0xF0))), "1600000000000000000000");
  EXPECT_EQ(text(total_of(rewards.accounts, owner(0xF1))), "6000000000000000000000");
}

TEST(EpochRewards, WhatNobodyEarnedGoesToTheReserve) {
  const auto rewards = epoch_rewards(policy(), {}, {}, {}).value();
  ASSERT_EQ(rewards.accounts.size(), 2U);
  EXPECT_EQ(text(total_of(rewards.accounts, owner(0xF0))), "1600000000000000000000");
  EXPECT_EQ(text(total_of(rewards.accounts, owner(0xF1))), "18400000000000000000000");
}

TEST(EpochRewards, TheDataBucketGoesToTheReserveWhileNoDataIsPaid) {
  Policy with_data = policy();
  with_data.bucket_permille = {600, 20, 300, 80, 0};
  EXPECT_EQ(epoch_rewards(with_data, {}, {}, {})->accounts,
            epoch_rewards(policy(), {}, {}, {})->accounts);
}

TEST(EpochRewards, DataPaysTheFeesAndTheBucketCoversWhatItCan) {
  Policy with_data = policy();
  with_data.bucket_permille = {600, 20, 300, 80, 0};
  const Uint128 bucket = Uint128{6'000} * 1'000'000'000'000'000'000U;
  const std::vector<Standing> standings = {{key(1), owner(1), Tier::unproven},
                                           {key(2), owner(2), Tier::listener}};
  const auto paid = [&](const Policy& rules, Uint128 one, Uint128 other) {
    const std::vector<DataUse> uses = {{key(1), one}, {key(2), other}};
    return epoch_rewards(rules, {}, standings, {}, uses).value();
  };
  // Without a bucket deposits pay all of it.
  EpochRewards rewards = paid(policy(), 70, 30);
  EXPECT_EQ(text(rewards.fees_from_deposits), "100");
  EXPECT_EQ(text(total_of(rewards.accounts, owner(1))), "70");
  EXPECT_EQ(text(total_of(rewards.accounts, owner(2))), "30");
  EXPECT_TRUE(rewards.cumulative_total == rewards.emitted + 100);
  // A bucket that is larger pays it, and keeps the rest from the hotspots.
  rewards = paid(with_data, 70, 30);
  EXPECT_EQ(text(rewards.fees_from_deposits), "0");
  EXPECT_EQ(text(total_of(rewards.accounts, owner(1))), "70");
  EXPECT_TRUE(rewards.cumulative_total == rewards.emitted);
  // One that is smaller pays what it has.
  rewards = paid(with_data, bucket, 5);
  EXPECT_EQ(text(rewards.fees_from_deposits), "5");
  EXPECT_TRUE(total_of(rewards.accounts, owner(1)) == bucket);
  EXPECT_TRUE(rewards.cumulative_total == rewards.emitted + 5);
}

TEST(EpochRewards, DataOfAStrangerOrBeyond128BitsIsRefused) {
  const std::vector<Standing> standings = {{key(1), owner(1), Tier::located},
                                           {key(2), owner(2), Tier::located}};
  const auto refusal = [&](const std::vector<DataUse>& uses) {
    return epoch_rewards(policy(), {}, standings, {}, uses).error().detail;
  };
  EXPECT_NE(refusal({{key(3), 1}}).find("has no standing"), std::string::npos);
  EXPECT_NE(refusal({{key(2), 1}, {key(1), 1}}).find("out of order"), std::string::npos);
  EXPECT_NE(refusal({{key(1), ~Uint128{0}}, {key(2), 1}}).find("leave 128 bits"),
            std::string::npos);
}

TEST(EpochRewards, OneOwnerGetsTheSumOfItsHotspots) {
  const std::vector<Standing> standings = {{key(1), owner(1), Tier::located},
                                           {key(2), owner(1), Tier::plausible}};
  const std::vector<BeaconCredit> credits = {{key(1), {key(2)}}, {key(2), {key(1)}}};
  const auto rewards = epoch_rewards(policy(), credits, standings, {}).value();
  EXPECT_TRUE(rewards.hotspots[0].amount == 2 * rewards.hotspots[1].amount);  // 1000 and 500.
  EXPECT_EQ(text(total_of(rewards.accounts, owner(1))), "12000000000000000000000");
}

TEST(EpochRewards, NameTheOffender) {
  const std::vector<Standing> standings = {{key(1), owner(1), Tier::located},
                                           {key(2), owner(2), Tier::located}};
  const auto refusal = [&](std::vector<BeaconCredit> credits) {
    const Result<EpochRewards> rewards = epoch_rewards(policy(), credits, standings, {});
    return rewards ? "none" : rewards.error().detail;
  };
  EXPECT_NE(refusal({{key(9), {}}}).find("09000000"), std::string::npos);
  EXPECT_NE(refusal({{key(1), {key(9)}}}).find("has no standing"), std::string::npos);
  EXPECT_NE(refusal({{key(1), {key(1)}}}).find("witnesses itself"), std::string::npos);
  EXPECT_NE(refusal({{key(1), {key(2), key(2)}}}).find("out of order"), std::string::npos);
  const std::vector<Standing> twice = {standings[0], standings[0]};
  EXPECT_FALSE(epoch_rewards(policy(), {}, twice, {}));
  const std::vector<AccountTotal> unordered = {{owner(2), 1}, {owner(1), 1}};
  EXPECT_FALSE(epoch_rewards(policy(), {}, {}, unordered));
  const std::vector<AccountTotal> zero = {{owner(2), 0}};
  EXPECT_FALSE(epoch_rewards(policy(), {}, {}, zero));
}

TEST(EpochRewards, RefuseToLeave128Bits) {
  const std::vector<AccountTotal> full = {{owner(0xF1), ~Uint128{0}}};
  EXPECT_NE(epoch_rewards(policy(), {}, {}, full).error().detail.find("leaves 128 bits"),
            std::string::npos);
  const std::vector<AccountTotal> nearly = {{owner(1), ~Uint128{0} - 5}};
  EXPECT_FALSE(epoch_rewards(policy(), {}, {}, nearly));
}

// Two verifiers' halves of 8 %, by links; what they lose goes to the reserve.
TEST(EpochRewards, AVerifierLosesItsPartOfTheRoundsItGaveNoLinkFor) {
  const Policy rules = policy();
  const auto alone = epoch_rewards(rules, {}, {}, {}).value();
  const auto total = [](const EpochRewards& rewards, const EvmAddress& account) {
    return total_of(rewards.accounts, account);
  };
  const Uint128 bucket = total(alone, rules.verifiers_account);
  const std::vector<VerifierWork> work = {
      {owner(1), rules.epoch_rounds}, {owner(2), rules.epoch_rounds / 4}, {owner(3), 0}};
  const auto several = epoch_rewards(rules, {}, {}, {}, {}, work).value();
  EXPECT_TRUE(total(several, owner(1)) == bucket / 3);
  EXPECT_TRUE(total(several, owner(2)) == bucket / 3 / 4);
  EXPECT_TRUE(total(several, owner(3)) == 0);
  EXPECT_TRUE(total(several, rules.verifiers_account) == 0);
  EXPECT_TRUE(several.cumulative_total == alone.cumulative_total);
  ASSERT_EQ(several.verifiers.size(), 3U);
  EXPECT_TRUE(several.verifiers[1].amount == bucket / 3 / 4);
  const std::vector<VerifierWork> unordered = {work[1], work[0]};
  EXPECT_FALSE(epoch_rewards(rules, {}, {}, {}, {}, unordered));
  const std::vector<VerifierWork> boast = {{owner(1), rules.epoch_rounds + 1}};
  EXPECT_FALSE(epoch_rewards(rules, {}, {}, {}, {}, boast));
}

}  // namespace
}  // namespace earshot::rewards
