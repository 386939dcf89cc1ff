#include "rewards/payout_tree.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace earshot::rewards {
namespace {

Hash256 node_hash(const Hash256& a, const Hash256& b) {
  ByteArray<64> both{};
  const auto [low, high] = std::minmax(a, b);
  std::copy(low.begin(), low.end(), both.begin());
  std::copy(high.begin(), high.end(), both.begin() + 32);
  return keccak256(both);
}

std::size_t parent_of(std::size_t node) { return (node - 1) / 2; }
std::size_t sibling_of(std::size_t node) { return node % 2 == 1 ? node + 1 : node - 1; }

}  // namespace

Hash256 leaf_hash(const PayoutLeaf& leaf) {
  // abi.encode(address, uint256): two words of 32 bytes, the address in the low 20 of its word.
  ByteArray<64> words{};
  std::copy(leaf.account.begin(), leaf.account.end(), words.begin() + 12);
  std::copy(leaf.cumulative.begin(), leaf.cumulative.end(), words.begin() + 32);
  return keccak256(keccak256(words));
}

Result<PayoutTree> PayoutTree::build(std::span<const PayoutLeaf> leaves) {
  const std::size_t count = leaves.size();
  if (count == 0) return fail(Errc::bad_data, "payout tree: expected at least one leaf");
  std::vector<Hash256> hashes(count);
  std::transform(leaves.begin(), leaves.end(), hashes.begin(), leaf_hash);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Equal leaves stay in the order of the input, as the peer's stable sort leaves them.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return hashes[a] != hashes[b] ? hashes[a] < hashes[b] : a < b;
  });

  PayoutTree tree;
  tree.nodes_.resize(2 * count - 1);
  tree.position_.resize(count);
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t node = 2 * count - 2 - k;
    tree.nodes_[node] = hashes[order[k]];
    tree.position_[order[k]] = node;
  }
  for (std::size_t node = count - 1; node-- > 0;) {
    tree.nodes_[node] = node_hash(tree.nodes_[2 * node + 1], tree.nodes_[2 * node + 2]);
  }
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
