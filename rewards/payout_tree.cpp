#include "rewards/payout_tree.h"

#include <algorithm>
#include <cassert>

#include "core/keccak_lanes.h"

namespace earshot::rewards {
namespace {

using Pair = ByteArray<64>;
// Chosen: enough to fill every lane of a vector many times, small enough for the first cache.
constexpr std::size_t kBatch = 64;

Pair in_order(const Hash256& a, const Hash256& b) {
  Pair both{};
  const auto [low, high] = std::minmax(a, b);
  std::copy(low.begin(), low.end(), both.begin());
  std::copy(high.begin(), high.end(), both.begin() + 32);
  return both;
}
Hash256 node_hash(const Hash256& a, const Hash256& b) { return keccak256(in_order(a, b)); }

// abi.encode(address, uint256): two words of 32 bytes, the address in the low 20 of its word.
Pair encoded(const PayoutLeaf& leaf) {
  Pair words{};
  std::copy(leaf.account.begin(), leaf.account.end(), words.begin() + 12);
  std::copy(leaf.cumulative.begin(), leaf.cumulative.end(), words.begin() + 32);
  return words;
}

ByteView bytes_of(std::span<const Pair> pairs) {
  return {pairs.front().data(), pairs.size() * sizeof(Pair)};
}
ByteView bytes_of(std::span<const Hash256> hashes) {
  return {hashes.front().data(), hashes.size() * sizeof(Hash256)};
}

void hash_leaves(std::span<const PayoutLeaf> leaves, std::span<Hash256> hashes) {
  std::array<Pair, kBatch> pairs;
  while (!leaves.empty()) {
    const std::size_t count = std::min(kBatch, leaves.size());
    std::ranges::transform(leaves.first(count), pairs.begin(), encoded);
    const std::span<Hash256> out = hashes.first(count);
    keccak256_each(bytes_of(std::span(pairs).first(count)), sizeof(Pair), out);
    keccak256_each(bytes_of(out), sizeof(Hash256), out);
    leaves = leaves.subspan(count);
    hashes = hashes.subspan(count);
  }
}

// A leaf's hash, of which the first bytes nearly always decide.
struct SortKey {
  std::uint64_t first_bytes = 0;
  std::size_t index = 0;
};

// Of the leaves by their hashes. Equal ones stay in the order of the input, as the peer's stable
// sort leaves them.
std::vector<SortKey> sorted(std::span<const Hash256> hashes) {
  std::vector<SortKey> keys(hashes.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = {Reader(ByteView(hashes[i])).get<std::uint64_t>(), i};
  }
  std::sort(keys.begin(), keys.end(), [&](const SortKey& a, const SortKey& b) {
    if (a.first_bytes != b.first_bytes) return a.first_bytes < b.first_bytes;
    const auto order = hashes[a.index] <=> hashes[b.index];
    return order != 0 ? order < 0 : a.index < b.index;
  });
  return keys;
}

// Nodes [0, end) from their children, the last ones first.
void hash_inner_nodes(std::span<Hash256> nodes, std::size_t end) {
  std::array<Pair, kBatch> pairs;
  while (end > 0) {
    // No node of a batch is the child of another.
    const std::size_t count = std::min(kBatch, (end + 1) / 2);
    const std::size_t begin = end - count;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t node = begin + i;
      pairs[i] = in_order(nodes[2 * node + 1], nodes[2 * node + 2]);
    }
    keccak256_each(bytes_of(std::span(pairs).first(count)), sizeof(Pair),
                   nodes.subspan(begin, count));
    end = begin;
  }
}

std::size_t parent_of(std::size_t node) { return (node - 1) / 2; }
std::size_t sibling_of(std::size_t node) { return node % 2 == 1 ? node + 1 : node - 1; }

}  // namespace

Hash256 leaf_hash(const PayoutLeaf& leaf) { return keccak256(keccak256(encoded(leaf))); }

Result<PayoutTree> PayoutTree::build(std::span<const PayoutLeaf> leaves) {
  const std::size_t count = leaves.size();
  if (count == 0) return fail(Errc::bad_data, "payout tree: expected at least one leaf");
  PayoutTree tree;
  tree.nodes_.resize(2 * count - 1);
  tree.position_.resize(count);
  // Where the inner nodes will be is room for the leaves in the input's order. Only node count - 1
  // is in both, and it gets its leaf last.
  const std::span<Hash256> unsorted = std::span(tree.nodes_).first(count);
  hash_leaves(leaves, unsorted);
  const std::vector<SortKey> order = sorted(unsorted);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t node = 2 * count - 2 - k;
    tree.nodes_[node] = unsorted[order[k].index];
    tree.position_[order[k].index] = node;
  }
  hash_inner_nodes(tree.nodes_, count - 1);
  return tree;
}

std::vector<Hash256> PayoutTree::proof(std::size_t index) const {
  assert(index < position_.size());
  std::vector<Hash256> siblings;
  for (std::size_t node = position_[index]; node > 0; node = parent_of(node)) {
    siblings.push_back(nodes_[sibling_of(node)]);
  }
  return siblings;
}

bool verify_payout(const PayoutLeaf& leaf, std::span<const Hash256> proof, const Hash256& root) {
  Hash256 hash = leaf_hash(leaf);
  for (const Hash256& sibling : proof) hash = node_hash(hash, sibling);
  return hash == root;
}

}  // namespace earshot::rewards
