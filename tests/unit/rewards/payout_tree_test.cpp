#include "rewards/payout_tree.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

namespace earshot::rewards {
namespace {

using nlohmann::json;

json vectors(const std::string& path) { return json::parse(std::ifstream(path)); }
json vectors() { return vectors(EARSHOT_SOURCE_DIR "/tests/vectors/oz_merkle.json"); }

Hash256 hash_of(const json& text) { return array_from_hex<32>(text.get<std::string>()).value(); }
std::vector<Hash256> hashes_of(const json& list) {
  std::vector<Hash256> hashes;
  for (const json& text : list) hashes.push_back(hash_of(text));
  return hashes;
}
PayoutLeaf leaf_of(const json& value) {
  return {array_from_hex<20>(value.at(0).get<std::string>()).value(),
          amount_from_decimal(value.at(1).get<std::string>()).value()};
}

// The vectors' own rule for leaf i, for cases that do not list their values.
PayoutLeaf leaf_of_rule(std::uint64_t i) {
  const Hash256 hash = keccak256(as_bytes("hotspot-" + std::to_string(i)));
  PayoutLeaf leaf{.cumulative = amount_from(Uint128{i * 1'000'003 + 17} * 1'000'000'000'000U)};
  std::copy(hash.end() - 20, hash.end(), leaf.account.begin());
  return leaf;
}

std::vector<PayoutLeaf> leaves_of(const json& c) {
  std::vector<PayoutLeaf> leaves;
  if (c.contains("values")) {
    for (const json& value : c.at("values")) leaves.push_back(leaf_of(value));
  } else {
    for (std::uint64_t i = 0; i < c.at("n"); ++i) leaves.push_back(leaf_of_rule(i));
  }
  return leaves;
}

void expect_same(const json& c) {
  const std::vector<PayoutLeaf> leaves = leaves_of(c);
  const PayoutTree tree = PayoutTree::build(leaves).value();
  EXPECT_EQ(tree.root(), hash_of(c.at("root"))) << leaves.size();
  if (c.contains("tree")) {
    EXPECT_EQ(tree.nodes(), hashes_of(c.at("tree")));
  }
  if (!c.contains("proofs")) return;
  for (const json& p : c.at("proofs")) {
    const auto index = p.at("index").get<std::size_t>();
    EXPECT_EQ(leaves.at(index), leaf_of(p.at("value")));
    EXPECT_EQ(leaf_hash(leaves[index]), hash_of(p.at("leaf")));
    EXPECT_EQ(tree.proof(index), hashes_of(p.at("proof")));
    EXPECT_TRUE(verify_payout(leaves[index], tree.proof(index), tree.root()));
  }
}

TEST(Keccak256, MatchesThePeer) {
  const json all = vectors();
  for (const json& c : all.at("keccak256")) {
    EXPECT_EQ(keccak256(as_bytes(c.at("utf8").get<std::string>())), hash_of(c.at("hash")));
  }
}

TEST(PayoutTree, IsThatOfOpenZeppelinBitByBit) {
  const json all = vectors();
  for (const json& c : all.at("cases")) expect_same(c);
  expect_same(all.at("edge"));
  expect_same(all.at("duplicateLeaves"));
}

TEST(PayoutTree, IsThatOfOpenZeppelinForEveryPublishedCase) {
  const char* folder = std::getenv("EARSHOT_SHARED");
  const std::string path =
      (folder != nullptr ? std::string(folder) : EARSHOT_SOURCE_DIR "/../shared") +
      "/vectors/oz_merkle.json";
  if (!std::ifstream(path)) GTEST_SKIP() << "set EARSHOT_SHARED to a folder with " << path;
  const json all = vectors(path);
  for (const json& c : all.at("cases")) expect_same(c);
}

TEST(PayoutTree, EveryProofHoldsForItsLeafOnlyProperty) {
  std::mt19937_64 random(1);
  for (std::size_t count = 1; count <= 40; ++count) {
    std::vector<PayoutLeaf> leaves;
    for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_of_rule(random()));
    const PayoutTree tree = PayoutTree::build(leaves).value();
    EXPECT_EQ(tree.nodes().size(), 2 * count - 1);
    for (std::size_t i = 0; i < count; ++i) {
      auto proof = tree.proof(i);
      EXPECT_TRUE(verify_payout(leaves[i], proof, tree.root()));
      PayoutLeaf richer = leaves[i];
      richer.cumulative[31] ^= 1;
      EXPECT_FALSE(verify_payout(richer, proof, tree.root()));
      proof.emplace_back();
      EXPECT_FALSE(verify_payout(leaves[i], proof, tree.root()));
    }
  }
}

TEST(PayoutTree, OfNothingIsRefused) {
  EXPECT_EQ(PayoutTree::build({}).error().code, Errc::bad_data);
}

TEST(Amount, ReadsBackWhatItWroteProperty) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 1000; ++i) {
    Amount256 amount{};
    for (std::size_t k = random() % 33; k < 32; ++k)
      amount[k] = static_cast<std::uint8_t>(random());
    EXPECT_EQ(amount_from_decimal(amount_to_decimal(amount)).value(), amount);
  }
}

TEST(Amount, StopsBelowTwoToThe256) {
  const std::string largest =
      "115792089237316195423570985008687907853269984665640564039457584007913129639935";
  Amount256 ones{};
  ones.fill(0xFF);
  EXPECT_EQ(amount_from_decimal(largest).value(), ones);
  EXPECT_EQ(amount_to_decimal(ones), largest);
  EXPECT_FALSE(amount_from_decimal(
      "115792089237316195423570985008687907853269984665640564039457584007913129639936"));
  EXPECT_FALSE(amount_from_decimal(std::string(100'000, '9')));
}

TEST(Amount, RefusesOtherSpellings) {
  for (const char* text : {"", "-1", "+1", "01", "00", " 1", "1 ", "1e3", "0x1", "1.0"}) {
    EXPECT_EQ(amount_from_decimal(text).error().code, Errc::bad_data) << text;
  }
  EXPECT_EQ(amount_from_decimal("0").value(), Amount256{});
}

TEST(Amount, Of128Bits) {
  EXPECT_EQ(amount_to_decimal(amount_from(~Uint128{0})), "340282366920938463463374607431768211455");
  EXPECT_EQ(amount_from(0), Amount256{});
}

}  // namespace
}  // namespace earshot::rewards
