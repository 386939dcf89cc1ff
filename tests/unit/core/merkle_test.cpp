#include "core/merkle.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/hash.h"
#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

std::vector<Hash256> random_leaves(RandomMessages& random, std::size_t count) {
  std::vector<Hash256> leaves(count);
  for (Hash256& leaf : leaves) leaf = random.array<32>();
  return leaves;
}

// RFC 6962, section 2.1, word for word.
Hash256 recursive_root(std::span<const Hash256> leaves) {
  if (leaves.empty()) return sha256(ByteView{});
  if (leaves.size() == 1) return leaves.front();
  std::size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  const std::uint8_t prefix[] = {0x01};
  return sha256({ByteView(prefix), ByteView(recursive_root(leaves.first(split))),
                 ByteView(recursive_root(leaves.subspan(split)))});
}

TEST(Merkle, MatchesTheRootsAndProofsOfTransparencyDev) {
  std::ifstream file(EARSHOT_SOURCE_DIR "/tests/vectors/rfc6962.json");
  const auto vectors = nlohmann::json::parse(file);
  std::vector<Hash256> leaves;
  for (const auto& leaf : vectors.at("leaf_inputs_hex")) {
    leaves.push_back(merkle_leaf(from_hex(leaf.get<std::string>()).value()));
  }
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(to_hex(merkle_root(std::span(leaves).first(size))),
              vectors.at("root_by_size_hex")[size]);
  }
  int checked = 0;
  for (const auto& c : vectors.at("inclusion")) {
    std::vector<Hash256> proof;
    for (const auto& hash : c.at("proof")) {
      const auto bytes = from_hex(hash.get<std::string>()).value();
      if (bytes.size() != 32) break;  // A malformed proof cannot be spelled in our types.
      proof.emplace_back();
      std::copy(bytes.begin(), bytes.end(), proof.back().begin());
    }
    const auto leaf = array_from_hex<32>(c.at("leaf_hash").get<std::string>());
    const auto root = array_from_hex<32>(c.at("root").get<std::string>());
    if (proof.size() != c.at("proof").size() || !leaf || !root) continue;
    EXPECT_EQ(merkle_verify(*leaf, c.at("index").get<std::uint64_t>(),
                            c.at("size").get<std::uint64_t>(), proof, *root),
              !c.at("want_error").get<bool>())
        << c;
    ++checked;
  }
  EXPECT_GE(checked, 10);
}

TEST(Merkle, LevelByLevelEqualsTheRecursionProperty) {
  RandomMessages random(3);
  for (std::size_t count = 0; count <= 70; ++count) {
    const auto leaves = random_leaves(random, count);
    EXPECT_EQ(merkle_root(leaves), recursive_root(leaves)) << count;
  }
}

TEST(Merkle, EveryProofVerifiesAndNoOtherDoesProperty) {
  RandomMessages random(4);
  for (std::size_t count = 1; count <= 33; ++count) {
    const auto leaves = random_leaves(random, count);
    const Hash256 root = merkle_root(leaves);
    for (std::size_t index = 0; index < count; ++index) {
      auto proof = merkle_proof(leaves, index);
      ASSERT_TRUE(merkle_verify(leaves[index], index, count, proof, root));
      EXPECT_FALSE(merkle_verify(leaves[index], index + 1, count, proof, root));
      EXPECT_FALSE(merkle_verify(random.array<32>(), index, count, proof, root));
      proof.emplace_back();
      EXPECT_FALSE(merkle_verify(leaves[index], index, count, proof, root));
      proof.pop_back();
      if (proof.empty()) continue;
      proof[random.below(proof.size())][random.below(32)] ^= 1;
      EXPECT_FALSE(merkle_verify(leaves[index], index, count, proof, root));
    }
  }
}

TEST(Merkle, RefusesAnIndexAtOrBeyondTheCount) {
  const Hash256 leaf{};
  EXPECT_FALSE(merkle_verify(leaf, 0, 0, {}, leaf));
  EXPECT_FALSE(merkle_verify(leaf, 1, 1, {}, leaf));
  EXPECT_FALSE(merkle_verify(leaf, ~0ULL, ~0ULL, {}, leaf));
  EXPECT_TRUE(merkle_verify(leaf, 0, 1, {}, leaf));
}

TEST(MerkleOfChunks, TakesAShorterLastChunk) {
  const Bytes bytes = {1, 2, 3, 4, 5};
  const std::vector<Hash256> leaves = {merkle_leaf(Bytes{1, 2}), merkle_leaf(Bytes{3, 4}),
                                       merkle_leaf(Bytes{5})};
  EXPECT_EQ(merkle_root_of_chunks(bytes, 2), merkle_root(leaves));
  EXPECT_EQ(merkle_root_of_chunks({}, 2), sha256(ByteView{}));
}

}  // namespace
}  // namespace earshot
