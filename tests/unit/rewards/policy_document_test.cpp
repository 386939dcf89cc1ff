// docs/POLICY-earshot-1.md and the policy's table in docs/PROTOCOL.md against the code.
#include <gtest/gtest.h>

#include <fstream>
#include <iomanip>
#include <map>
#include <sstream>

#include "rewards/amount.h"
#include "rewards/epoch_rewards.h"
#include "rewards/policy_fields.h"
#include "rewards/units.h"

namespace earshot::rewards {
namespace {

using Row = std::vector<std::string>;

std::string text_of(const std::string& path) {
  std::ifstream file(EARSHOT_SOURCE_DIR "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// The rows under the table head that begins with `head`.
std::vector<Row> table(const std::string& document, const std::string& head) {
  std::istringstream lines(document);
  std::string line;
  while (std::getline(lines, line) && line.rfind("| " + head, 0) != 0) {
  }
  std::getline(lines, line);  // |---|
  std::vector<Row> rows;
  while (std::getline(lines, line) && !line.empty() && line[0] == '|') {
    Row row;
    std::istringstream cells(line.substr(1));
    for (std::string cell; std::getline(cells, cell, '|');) row.push_back(trimmed(cell));
    rows.push_back(row);
  }
  return rows;
}

Policy policy() {
  return parse_policy(text_of("rewards/policies/earshot-1.toml"), "earshot-1").value();
}
std::string document() { return text_of("docs/POLICY-earshot-1.md"); }

template <class... Parts>
std::string joined(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return text.str();
}

// Cut off after four places; `one` is what counts as 1.
std::string four_places(Uint128 value, Uint128 one) {
  const auto steps = static_cast<std::uint64_t>(value * 10'000 / one);
  std::ostringstream text;
  text << steps / 10'000 << '.' << std::setw(4) << std::setfill('0') << steps % 10'000;
  return text.str();
}

PublicKey key_of(const std::string& name) { return {static_cast<std::uint8_t>(name[0])}; }
EvmAddress owner_of(const std::string& name) { return {static_cast<std::uint8_t>(name[0])}; }

// S2's way to write a cell: hexadecimal without the zeros at its end.
std::uint64_t cell_of(std::string token) {
  token.resize(16, '0');
  return std::stoull(token, nullptr, 16);
}

Tier tier_of(const std::string& name) {
  for (std::uint8_t i = 0; i < kTierCount; ++i) {
    if (tier_name(static_cast<Tier>(i)) == name) return static_cast<Tier>(i);
  }
  ADD_FAILURE() << "no tier " << name;
  return Tier::unproven;
}

std::vector<BeaconCredit> example_credits() {
  std::vector<BeaconCredit> credits;
  for (const Row& row : table(document(), "beacons of")) {
    BeaconCredit credit{.hotspot = key_of(row[0]), .witnesses = {}};
    std::istringstream names(row[2]);
    for (std::string name; std::getline(names, name, ',');) {
      credit.witnesses.push_back(key_of(trimmed(name)));
    }
    credits.insert(credits.end(), std::stoul(row[1]), credit);
  }
  return credits;
}

TEST(PolicyDocument, HasTheBucketsOfThePolicy) {
  const Policy p = policy();
  const auto rows = table(document(), "bucket |");
  ASSERT_EQ(rows.size(), std::size(fields::kBuckets));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i][0], fields::kBuckets[i]);
    EXPECT_EQ(rows[i][1], joined(p.bucket_permille[i] / 10, " %"));
    std::string tokens = rows[i][2];
    std::erase(tokens, ' ');
    EXPECT_EQ(tokens, joined(20 * p.bucket_permille[i]));
  }
}

TEST(PolicyDocument, HasTheUnitsOfTheCode) {
  const auto rows = table(document(), "w |");
  EXPECT_GE(rows.size(), 10U);
  for (const Row& row : rows) {
    const std::uint64_t w = std::stoull(row[0]);
    EXPECT_EQ(row[1], four_places(beacon_units(w), kUnit)) << w;
    EXPECT_EQ(row[2], four_places(witness_units(w), kUnit)) << w;
  }
}

TEST(PolicyDocument, HasTheTiersOfThePolicy) {
  for (const Row& row : table(document(), "tier |")) {
    if (row[0] == "listener") continue;  // Paid from its own bucket.
    const std::size_t tier = static_cast<std::size_t>(tier_of(row[0]));
    EXPECT_EQ(row[1], joined(policy().tier_weight_permille[tier] / 10, " %")) << row[0];
  }
}

TEST(PolicyDocument, HasTheDensityOfThePolicy) {
  std::vector<Row> expected;
  const Policy p = policy();
  const std::vector<Row> rows = table(document(), "S2 level |");
  for (std::size_t i = kDensityLevels; i-- > 0;) {
    const DensityLevel& level = p.density[i];
    if (level.max == 0) continue;
    ASSERT_LT(expected.size(), rows.size());
    expected.push_back({joined(i + kDensityCoarsest), rows[expected.size()][1],
                        joined(level.target), joined(level.max), joined(level.neighbours)});
  }
  EXPECT_EQ(rows, expected);
}

TEST(PolicyDocument, ExampleIsWhatTheCodePays) {
  const Policy p = policy();
  const auto rows = table(document(), "hotspot |");
  ASSERT_EQ(rows.size(), 7U);
  std::vector<Standing> standings;
  for (const Row& row : rows) {
    const Tier tier = tier_of(row[1]);
    standings.push_back({.hotspot = key_of(row[0]),
                         .owner = owner_of(row[0]),
                         .tier = tier,
                         .cell = cell_of(row[2]),
                         .crowds = tier != Tier::unproven && tier != Tier::listener});
  }
  const auto rewards = epoch_rewards(p, example_credits(), standings, {}).value();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const HotspotReward& reward = rewards.hotspots[i];
    const std::uint64_t permille = p.tier_weight_permille[static_cast<std::size_t>(reward.tier)];
    const Uint128 shares = Uint128{reward.beacon_shares} + reward.witness_shares;
    const Row expected = {rows[i][0],
                          std::string(tier_name(reward.tier)),
                          rows[i][2],
                          four_places(reward.scale, kFullScale),
                          four_places(reward.beacon_units, kUnit),
                          four_places(reward.witness_units, kUnit),
                          joined(permille / 10, " %"),
                          four_places(shares * permille, Uint128{kUnit} * kFullScale * 1000),
                          four_places(reward.amount, Uint128{1'000'000'000'000'000'000U})};
    EXPECT_EQ(rows[i], expected);
  }
}

// Writes the rows of the canonical form's table.
struct TableWriter {
  std::vector<Row>& rows;

  template <class T>
  void operator()(std::string_view section, std::string_view key, const T&, std::int64_t low,
                  std::int64_t high) {
    const std::string member = joined("`", section, section.empty() ? "" : ".", key, "`");
    if constexpr (std::is_integral_v<T>) {
      const std::string type = joined(std::is_signed_v<T> ? "i" : "u", 8 * sizeof(T));
      rows.push_back({joined(sizeof(T)), member, type, joined(low, " to ", high)});
    } else if constexpr (std::is_same_v<T, RuleSet>) {
      rows.push_back({"1", member, "u8", "1 earshot, 2 helium"});
    } else if constexpr (std::is_same_v<T, EvmAddress>) {
      rows.push_back({"20", member, "bytes", "any"});
    } else if (key == "name") {
      rows.push_back({"1 + length", member, "u8 length, text", "1 to 64 of a-z, 0-9, -"});
    } else {
      rows.push_back({"16", member, "u128", "any"});
    }
  }
};

TEST(PolicyDocument, ProtocolListsTheCanonicalForm) {
  std::vector<Row> expected;
  const Policy p = policy();
  fields::for_each(p, TableWriter{expected});
  const std::string protocol = text_of("docs/PROTOCOL.md");
  const std::size_t heading = protocol.find("\n## Policy\n");
  ASSERT_NE(heading, std::string::npos);
  auto rows = table(protocol.substr(heading), "bytes |");
  EXPECT_EQ(rows, expected);
}

}  // namespace
}  // namespace earshot::rewards
