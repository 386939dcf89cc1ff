// Units, density and payouts against Helium's own figures: tests/vectors/helium_poc.json, groups 5,
// 7, 8 and 11, and the two cases that its origin gives as text.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "rewards/density.h"
#include "rewards/epoch_rewards.h"
#include "rewards/helium_split.h"
#include "rewards/units.h"
#include "rewards/wide.h"

namespace earshot::rewards {
namespace {

using Json = nlohmann::json;

const Json& vectors() {
  static const Json all =
      Json::parse(std::ifstream(EARSHOT_SOURCE_DIR "/tests/vectors/helium_poc.json"));
  return all;
}

// "12.5" in steps of 10^-places.
Uint128 fixed(const std::string& text, int places) {
  Uint128 out = 0;
  int after = -1;
  for (const char c : text) {
    if (c == '.') {
      after = 0;
      continue;
    }
    if (after >= places) break;
    out = out * 10 + static_cast<unsigned>(c - '0');
    if (after >= 0) ++after;
  }
  for (int k = std::max(after, 0); k < places; ++k) out *= 10;
  return out;
}
Uint128 femto(const std::string& text) { return fixed(text, 15); }
std::uint64_t whole(Uint128 value) { return static_cast<std::uint64_t>(value); }
std::uint64_t number(const Json& text) { return std::stoull(text.get<std::string>()); }

TEST(HeliumRewards, Group5And11GiveTheUnitsOfHip15) {
  for (const Json& c : vectors()["5_reward_units"]["cases"]) {
    const std::uint64_t w = c["num_valid_selected_witnesses"];
    EXPECT_EQ(beacon_units(w), whole(fixed(c["beacon_unit"], 4))) << w;
    EXPECT_EQ(witness_units(w), whole(fixed(c["witness_unit"], 4))) << w;
  }
  const Json& table = vectors()["11_hip_tables"]["hip15_2dp"];
  for (std::size_t i = 0; i < table["beacon"].size(); ++i) {
    EXPECT_NEAR(static_cast<double>(beacon_units(i + 1)) / kUnit, table["beacon"][i], 0.0051) << i;
    EXPECT_NEAR(static_cast<double>(witness_units(i + 1)) / kUnit, table["witness"][i], 0.0051)
        << i;
  }
}

TEST(HeliumRewards, Group11AddsUpBeaconWitnessAndData) {
  const Json& index = vectors()["11_hip_tables"]["reward_index_extract"];
  // One share each, pools of 1, 2 and 3 bones.
  const HeliumPools pools = {
      .beacons = 100, .witnesses = 200, .data = 300, .unused_to_operations = true};
  const std::vector<HeliumShares> shares = {{kFemto, kFemto, 1000 * kFemto}};
  const auto split = helium_rewards(pools, 10, 1, shares).value();
  const HeliumAmounts& amounts = split.hotspots[0];
  EXPECT_EQ(whole(amounts.beacon), index["beacon"]);
  EXPECT_EQ(whole(amounts.witness), index["witness"]);
  EXPECT_EQ(whole(amounts.data), index["dc"]);
  EXPECT_EQ(whole(amounts.beacon + amounts.witness + amounts.data), index["total"]);
}

TEST(HeliumRewards, Group7PaysWhatHeliumPaid) {
  for (const Json& c : vectors()["7_rewards"]) {
    std::vector<HeliumShares> shares;
    for (const Json& g : c["gateways"]) {
      shares.push_back(
          {femto(g["beacon_shares"]), femto(g["witness_shares"]), femto(g["dc_shares"])});
    }
    const auto split =
        helium_rewards({}, number(c["epoch_emissions_bones"]), c["price_in_bones"], shares).value();
    const Json& inside = c["derived_intermediate"];
    EXPECT_TRUE(split.beacon_per_share == femto(inside["beacon_per_share"])) << c["name"];
    EXPECT_TRUE(split.witness_per_share == femto(inside["witness_per_share"])) << c["name"];
    EXPECT_TRUE(split.data_per_share == femto(inside["dc_per_share"])) << c["name"];
    EXPECT_TRUE(split.data_used_femto == femto(inside["dc_used_bones"])) << c["name"];
    Uint128 data = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
      const Json& g = c["gateways"][i];
      EXPECT_EQ(whole(split.hotspots[i].beacon), number(g["expected_beacon"])) << g["id"];
      EXPECT_EQ(whole(split.hotspots[i].witness), number(g["expected_witness"])) << g["id"];
      EXPECT_EQ(whole(split.hotspots[i].data), number(g["expected_dc_transfer"])) << g["id"];
      data += split.hotspots[i].data;
    }
    EXPECT_EQ(whole(split.unallocated), number(c["expected_unallocated_poc_bones"]));
    const Uint128 pool = std::min(split.data_used_femto, femto(inside["dc_scheduled_bones"]));
    EXPECT_EQ(whole(pool / kFemto - data), c["dc_floor_diff_bones"]);
  }
}

// helium/oracles: rewarder tests; figures as research gives them in text.
TEST(HeliumRewards, PaysADayOfBeaconsWitnessesAndTwoDataHotspots) {
  const std::vector<HeliumShares> shares = {{kFemto, 0, 1000 * kFemto},
                                            {0, kFemto, 2000 * kFemto},
                                            {2 * kFemto, 0, 0},
                                            {0, kFemto * 3 / 2, 0}};
  const auto split = helium_rewards({}, 89'041'095'890'411U, 1, shares).value();
  const std::vector<HeliumAmounts> expected = {{1'780'821'917'808U, 0, 14'840'182'648'401U},
                                               {0, 8'547'945'205'479U, 29'680'365'296'803U},
                                               {3'561'643'835'616U, 0, 0},
                                               {0, 12'821'917'808'219U, 0}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(split.hotspots[i] == expected[i]) << i;
  }
  EXPECT_EQ(whole(split.unallocated), 2U);
  EXPECT_EQ(whole(split.operations), 6'232'876'712'328U);
  EXPECT_EQ(whole(split.oracles), 6'232'876'712'328U);
}

TEST(HeliumRewards, Group7ScalarsSplitTheEmission) {
  const Json& group = vectors()["7_rewards_scalar"];
  for (const char* name : {"poc_tokens_no_remainder", "poc_tokens_with_remainder"}) {
    const Json& c = group[name];
    const std::uint64_t emission = number(c["emissions"]);
    const std::uint64_t unused = number(c["remainder"]);
    // Credits that leave just `unused` of data's half, at a price that makes each worth 10^11
    // bones.
    const Uint128 used = emission / 2 - unused;
    const std::vector<HeliumShares> shares = {{kFemto, kFemto, used * kFemto / 100'000'000'000U}};
    const auto split = helium_rewards({}, emission, 1, shares).value();
    EXPECT_EQ(whole(split.hotspots[0].beacon), number(c["beacon"])) << name;
    EXPECT_EQ(whole(split.hotspots[0].witness), number(c["witness"])) << name;
    EXPECT_EQ(whole(split.operations), number(group["ops"])) << name;
    EXPECT_EQ(whole(split.oracles), number(group["oracles"])) << name;
  }
  for (const Json& c : group["dc_to_bones"]) {
    // The price of one bone in dollars, here in 10^-16.
    const Uint128 price = fixed(c["price"], 16);
    const Uint128 bones =
        bones_of_credits(c["dc"].get<std::uint64_t>() * kFemto, static_cast<std::uint64_t>(price));
    EXPECT_TRUE(bones == femto(c["expected"])) << c["dc"];
  }
  for (const Json& c : group["dc_to_bones_truncated"]) {
    const Uint128 bones = bones_of_credits(c["dc"].get<std::uint64_t>() * kFemto, 3'590'000);
    EXPECT_EQ(whole(bones / kFemto), number(c["expected_u64"])) << c["dc"];
  }
  const Json& price = group["price_conversion"];
  EXPECT_TRUE(fixed(price["price_per_bone"], 16) == price["price_in_bones"].get<std::uint64_t>());
}

TEST(HeliumRewards, Group7PaysOperationsWhatDataLeavesAfterHip149) {
  const Json& group = vectors()["7_post_hip149"];
  const HeliumPools pools = {.beacons = 0,
                             .witnesses = 0,
                             .data = 500,
                             .operations = 370,
                             .oracles = 70,
                             .unused_to_operations = true};
  const Json& operations = group["cases"][0];
  const std::uint64_t emission = number(operations["emissions"]);
  const Uint128 used = emission / 2 - number(operations["dc_remainder"]);
  const std::vector<HeliumShares> one = {{0, 0, used * kFemto / 100'000'000'000U}};
  EXPECT_EQ(whole(helium_rewards(pools, emission, 1, one)->operations),
            number(operations["operations"]));
  const Json& data = group["cases"][1];
  const std::vector<HeliumShares> two = {
      {0, 0, data["dc_shares"][0].get<std::uint64_t>() * kFemto},
      {0, 0, data["dc_shares"][1].get<std::uint64_t>() * kFemto}};
  const auto split =
      helium_rewards(pools, number(data["emissions"]), data["price_in_bones"], two).value();
  EXPECT_EQ(whole(split.hotspots[0].data), number(data["dc_rewards"][0]));
  EXPECT_EQ(whole(split.hotspots[1].data), number(data["dc_rewards"][1]));
}

// H3's relations as the vectors give them.
class GivenCells : public CellHierarchy {
 public:
  std::uint64_t parent(std::uint64_t cell, int level) const override {
    const Json& parents = vectors()["8_hex_topology"]["parents"];
    const auto known = parents.find(std::to_string(cell));
    if (known != parents.end()) return number((*known)[std::to_string(level)]);
    // A parent itself: any input cell below it knows the way up.
    const auto way = up_.find({cell, level});
    return way == up_.end() ? cell : way->second;
  }
  std::vector<std::uint64_t> neighbours(std::uint64_t cell) const override {
    std::vector<std::uint64_t> out;
    const Json& all = vectors()["8_hex_topology"]["neighbors"];
    for (const Json& each : all.at(std::to_string(cell))) out.push_back(number(each));
    return out;
  }
  GivenCells() {
    for (const auto& [cell, parents] : vectors()["8_hex_topology"]["parents"].items()) {
      for (const auto& [below, from] : parents.items()) {
        for (const auto& [above, to] : parents.items()) {
          if (std::stoi(above) <= std::stoi(below))
            up_[{number(from), std::stoi(above)}] = number(to);
        }
      }
    }
  }

 private:
  std::map<std::pair<std::uint64_t, int>, std::uint64_t> up_;
};

std::vector<DensityStep> hip104() {
  std::vector<DensityStep> steps;
  for (int level = 10; level >= 4; --level) {
    const Json& numbers = vectors()["constants"]["hip104_res_config"][std::to_string(level)];
    steps.push_back({level, numbers["neighbors"], numbers["target"], numbers["max"]});
  }
  return steps;
}

TEST(HeliumRewards, Group8GivesTheScalesOfHexDensity) {
  const GivenCells cells;
  std::vector<Json> cases = {vectors()["8_hex_density"]};
  for (const Json& c : vectors()["8_hex_density_derived"]) cases.push_back(c);
  for (const Json& c : cases) {
    std::vector<std::uint64_t> population;
    for (const Json& cell : c.contains("input") ? c["input"] : c["input_h3_with_multiplicity"]) {
      population.push_back(number(cell));
    }
    const auto scales = density_scales(cells, population, hip104(), 11);
    for (const auto& [cell, scale] : c["expected_scale"].items()) {
      EXPECT_EQ(scales.at(cells.parent(std::stoull(cell), 11)), whole(fixed(scale, 4))) << cell;
    }
  }
}

TEST(HeliumRewards, ThePolicysDensityTableIsHip104s) {
  std::ifstream file(EARSHOT_SOURCE_DIR "/rewards/policies/helium-iot.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Policy policy = parse_policy(text, "helium-iot.toml").value();
  const std::map<int, int> s2_of_h3 = {{4, 8}, {5, 9}, {6, 11}, {7, 12}, {8, 13}, {9, 15}};
  for (const auto& [h3, s2] : s2_of_h3) {
    const Json& numbers = vectors()["constants"]["hip104_res_config"][std::to_string(h3)];
    const DensityLevel expected = {numbers["neighbors"], numbers["target"], numbers["max"]};
    EXPECT_EQ(policy.density[static_cast<std::size_t>(s2 - kDensityCoarsest)], expected) << h3;
  }
}

// The policy pays an epoch to the last bone: shares, verifiers, reserve.
TEST(HeliumRewards, AnEpochUnderThePolicyConservesTheEmission) {
  std::ifstream file(EARSHOT_SOURCE_DIR "/rewards/policies/helium-iot.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Policy policy = parse_policy(text, "helium-iot.toml").value();
  const auto key = [](std::uint8_t n) { return PublicKey{n}; };
  std::vector<Standing> standings;
  for (std::uint8_t n = 1; n <= 4; ++n) {
    standings.push_back({.hotspot = key(n), .owner = EvmAddress{n}, .tier = Tier::plausible});
  }
  const std::vector<BeaconCredit> credits = {{key(1), {key(2), key(3), key(4)}},
                                             {key(2), {key(1)}}};
  const auto rewards = epoch_rewards(policy, credits, standings, {}).value();
  // Without data credits 30 + 50 % are coverage's: 6 + 10 % for one unit of beacons, 24 + 40 % for
  // four of witnesses.
  const std::uint64_t emission = 618'340'943'683U;
  EXPECT_EQ(whole(rewards.hotspots[0].amount),
            emission * 16 / 100 * 3 / 4 + emission * 16 / 100 + 0U);
  Uint128 sum = 0;
  for (const AccountTotal& total : rewards.accounts) sum += total.cumulative;
  EXPECT_EQ(whole(sum), emission);
}

TEST(Wide, DividesProductsThatLeave128Bits) {
  const Uint128 big = Uint128{1} << 120;
  EXPECT_TRUE(multiply_divide(big, 3'000, 1'000).whole == 3 * big);
  EXPECT_TRUE(multiply_divide(big + 1, big - 1, big).whole == big - 1);
  EXPECT_TRUE(multiply_divide(big + 1, big - 1, big).rest == big - 1);
  EXPECT_TRUE(multiply_divide_half_even(5, 1, 2) == 2);
  EXPECT_TRUE(multiply_divide_half_even(7, 1, 2) == 4);
}

}  // namespace
}  // namespace earshot::rewards
