#include "rewards/policy.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "core/hash.h"
#include "rewards/policy_fields.h"

namespace earshot::rewards {
namespace {

std::string earshot_1() {
  std::ifstream file(EARSHOT_SOURCE_DIR "/rewards/policies/earshot-1.toml");
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr const char* kShortest = R"(
name = "short"
[money]
verifiers_account = "0x0000000000000000000000000000000000000001"
reserve_account = "0x0000000000000000000000000000000000000002"
)";

std::string refusal(const std::string& extra) {
  const auto policy = parse_policy(kShortest + extra, "test.toml");
  return policy ? "accepted" : policy.error().detail;
}

// Any value that parse_policy would take, member by member.
struct Randomize {
  std::mt19937_64& bits;
  template <std::integral T>
  void operator()(std::string_view, std::string_view, T& member, std::int64_t low,
                  std::int64_t high) {
    member = static_cast<T>(
        low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1)));
  }
  void operator()(std::string_view, std::string_view, RuleSet& member, std::int64_t, std::int64_t) {
    member = bits() % 2 == 0 ? RuleSet::earshot : RuleSet::helium;
  }
  void operator()(std::string_view, std::string_view, EvmAddress& member, std::int64_t,
                  std::int64_t) {
    for (std::uint8_t& byte : member) byte = static_cast<std::uint8_t>(bits());
  }
  void operator()(std::string_view, std::string_view key, std::string& member, std::int64_t,
                  std::int64_t) {
    member = key == "name" ? "policy-" + std::to_string(bits() % 100) : std::to_string(bits());
  }
};

Policy random_policy(std::mt19937_64& bits) {
  Policy policy;
  fields::for_each(policy, Randomize{bits});
  policy.epoch_rounds = policy.sortition.window_rounds;
  policy.grace_seconds = policy.audit_answer_seconds;
  policy.sortition.max_spreading_factor = 12;
  policy.max_distance_mm = policy.min_distance_mm + 1;
  policy.max_noise_floor_cdbm = policy.min_noise_floor_cdbm;
  policy.bucket_permille = {100, 200, 300, 400, 0};
  for (DensityLevel& level : policy.density) {
    level.target += 1;
    level.max = level.target + level.max % 10;
  }
  return policy;
}

TEST(Policy, ReadsBackWhatItWroteProperty) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 200; ++i) {
    const Policy policy = random_policy(bits);
    const auto again = parse_policy(policy_to_toml(policy), "again.toml");
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(*again, policy);
    EXPECT_EQ(policy_hash(*again), policy_hash(policy));
  }
}

TEST(Policy, DefaultsCanBeReadBackWithAName) {
  Policy policy;
  policy.name = "default";
  EXPECT_EQ(parse_policy(policy_to_toml(policy), "default.toml").value(), policy);
}

TEST(Policy, EarshotOneHoldsTheDefaults) {
  const auto policy = parse_policy(earshot_1(), "earshot-1.toml");
  ASSERT_TRUE(policy) << policy.error().detail;
  Policy expected;
  expected.name = "earshot-1";
  expected.verifiers_account = policy->verifiers_account;
  expected.reserve_account = policy->reserve_account;
  EXPECT_EQ(*policy, expected);
  EXPECT_NE(policy->verifiers_account, EvmAddress{});
  EXPECT_NE(policy->reserve_account, EvmAddress{});
}

// The policy of a running network never changes under its name.
TEST(Policy, EarshotOneKeepsItsHash) {
  EXPECT_EQ(to_hex(policy_hash(parse_policy(earshot_1(), "earshot-1.toml").value())),
            "c55e9d6066dda7a2d0a9701dfdf4c94c85802f9ac5f0826f853e96d254a7c4b9");
}

TEST(Policy, HashDependsOnEveryMemberProperty) {
  std::mt19937_64 bits(2);
  const Policy policy = random_policy(bits);
  const Bytes bytes = encode(policy);
  std::size_t different = 0;
  for (int i = 0; i < 100; ++i) different += encode(random_policy(bits)) != bytes ? 1 : 0;
  EXPECT_EQ(different, 100U);
  Policy other = policy;
  other.bucket_permille = {100, 200, 300, 399, 1};
  EXPECT_NE(policy_hash(other), policy_hash(policy));
  other = policy;
  other.emission_per_epoch = "1";
  EXPECT_NE(policy_hash(other), policy_hash(policy));
  EXPECT_EQ(policy_hash(policy), sha256(bytes));
}

TEST(Policy, HashIgnoresCommentsAndSpelling) {
  const auto one = parse_policy(kShortest, "a").value();
  const auto other =
      parse_policy(
          std::string("# A comment\n") + kShortest + "[physics]\nmin_distance_mm = 300_000\n", "b")
          .value();
  EXPECT_EQ(policy_hash(one), policy_hash(other));
}

TEST(Policy, RefusesUnknownKeysWhereverTheyAre) {
  EXPECT_EQ(refusal("[epoch]\nround = 1\n"), "test.toml: line 7: epoch.round is unknown");
  EXPECT_EQ(refusal("[party]\nx = 1\n"), "test.toml: line 6: party is unknown");
  EXPECT_EQ(refusal("[tiers.weight_permille]\nbest = 1\n"),
            "test.toml: line 7: tiers.weight_permille.best is unknown");
  EXPECT_EQ(parse_policy("\"epoch.rounds\" = 1\n" + std::string(kShortest), "t").error().detail,
            "t: line 1: epoch.rounds is unknown");
}

TEST(Policy, NamesTheKeyWhatWasFoundAndWhatIsAllowed) {
  EXPECT_EQ(refusal("[epoch]\nrounds = 0\n"),
            "test.toml: line 7: epoch.rounds is 0, expected an integer from 1 to 10080");
}

TEST(Policy, NamesEveryProblemAtOnce) {
  const std::string found = refusal(R"(
bucket_permille = { coverage = 601 }
[epoch]
rounds = 1441
grace_seconds = "8 h"
[challenge]
min_spreading_factor = 11
[audit]
share_ppm = 1_000_001
colour = "red"
)");
  for (const char* problem :
       {"money.bucket_permille sums to 1001, expected 1000",
        "epoch.rounds is 1441, expected a multiple of challenge.window_rounds, which is 360",
        "line 10: epoch.grace_seconds is no integer, expected an integer from 0 to 604800",
        "challenge.min_spreading_factor is above max_spreading_factor",
        "line 14: audit.share_ppm is 1000001, expected an integer from 0 to 1000000",
        "line 15: audit.colour is unknown"}) {
    EXPECT_NE(found.find(problem), std::string::npos) << problem << "\n" << found;
  }
}

TEST(Policy, WantsANameAndBothAccounts) {
  const auto empty = parse_policy("", "empty.toml");
  EXPECT_EQ(empty.error().code, Errc::configuration);
  EXPECT_EQ(empty.error().detail,
            "empty.toml: name is missing; money.verifiers_account is missing; "
            "money.reserve_account is missing");
}

TEST(Policy, RefusesWrongAmountsAndAddresses) {
  for (const char* amount : {"-1", "1e3", "340282366920938463463374607431768211456", "", "0x10"}) {
    EXPECT_NE(refusal("emission_per_epoch = \"" + std::string(amount) + "\"\n"), "accepted")
        << amount;
  }
  EXPECT_EQ(refusal("emission_per_epoch = \"340282366920938463463374607431768211455\"\n"),
            "accepted");
  EXPECT_NE(refusal("emission_per_epoch = 5\n"), "accepted");
  EXPECT_FALSE(parse_policy("name = \"x\"\n[money]\nverifiers_account = \"0x12\"\n", "t"));
}

TEST(Policy, SaysWhereTheTextIsNoToml) {
  const auto broken = parse_policy("name = \"x\"\nrounds = \n", "broken.toml");
  EXPECT_EQ(broken.error().code, Errc::configuration);
  EXPECT_EQ(broken.error().detail.rfind("broken.toml: line 2: ", 0), 0U) << broken.error().detail;
}

// toml++ 3.3 aborts here unless it is included through core/toml.h.
TEST(Policy, SurvivesThreeBrackets) {
  EXPECT_EQ(parse_policy("[[[1]]]\n", "t").error().code, Errc::configuration);
}

TEST(Policy, EpochsFollowOneAnother) {
  Policy policy;
  EXPECT_EQ(first_round_of_epoch(policy, 0), 0U);
  EXPECT_EQ(first_round_of_epoch(policy, 20'000), 28'800'000U);
}

}  // namespace
}  // namespace earshot::rewards
