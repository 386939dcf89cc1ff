#include "core/merkle.h"

#include <bit>
#include <cassert>

#include "core/hash.h"

namespace earshot {
namespace {

constexpr std::uint8_t kLeafPrefix[] = {0x00};  // RFC 6962, section 2.1.
constexpr std::uint8_t kNodePrefix[] = {0x01};

// The largest power of two below `count`; count >= 2.
std::size_t split_of(std::size_t count) { return std::bit_floor(count - 1); }

}  // namespace

Hash256 merkle_leaf(ByteView bytes) { return sha256({ByteView(kLeafPrefix), bytes}); }

Hash256 merkle_node(const Hash256& left, const Hash256& right) {
  return sha256({ByteView(kNodePrefix), ByteView(left), ByteView(right)});
}

Hash256 merkle_root(std::span<const Hash256> leaves) {
  if (leaves.empty()) return sha256(ByteView{});
  // Level by level in place; a last node without a sibling rises unchanged, which gives the same
  // tree as RFC 6962's recursive split.
  std::vector<Hash256> level(leaves.begin(), leaves.end());
  while (level.size() > 1) {
    const std::size_t pairs = level.size() / 2;
    for (std::size_t i = 0; i < pairs; ++i) level[i] = merkle_node(level[2 * i], level[2 * i + 1]);
    if (level.size() % 2 != 0) level[pairs] = level.back();
    level.resize((level.size() + 1) / 2);
  }
  return level.front();
}

std::vector<Hash256> merkle_proof(std::span<const Hash256> leaves, std::uint64_t index) {
  assert(index < leaves.size());
  std::vector<Hash256> proof;
  while (leaves.size() > 1) {
    const std::size_t split = split_of(leaves.size());
    const bool in_left = index < split;
    proof.push_back(merkle_root(in_left ? leaves.subspan(split) : leaves.first(split)));
    leaves = in_left ? leaves.first(split) : leaves.subspan(split);
    if (!in_left) index -= split;
  }
  return {proof.rbegin(), proof.rend()};
}

bool merkle_verify(const Hash256& leaf, std::uint64_t index, std::uint64_t count,
                   std::span<const Hash256> proof, const Hash256& root) {
  if (index >= count) return false;
  // RFC 9162, section 2.1.3.2: `last` walks up beside `index` to tell a node without a sibling.
  std::uint64_t last = count - 1;
  Hash256 hash = leaf;
  for (const Hash256& sibling : proof) {
    if (last == 0) return false;
    if (index % 2 == 1 || index == last) {
      hash = merkle_node(sibling, hash);
      while (index % 2 == 0 && index != 0) index >>= 1, last >>= 1;
    } else {
      hash = merkle_node(hash, sibling);
    }
    index >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

Hash256 merkle_root_of_chunks(ByteView bytes, std::size_t chunk_size) {
  assert(chunk_size > 0);
  std::vector<Hash256> leaves;
  leaves.reserve(bytes.size() / chunk_size + 1);
  for (std::size_t at = 0; at < bytes.size(); at += chunk_size) {
    leaves.push_back(merkle_leaf(bytes.subspan(at, std::min(chunk_size, bytes.size() - at))));
  }
  return merkle_root(leaves);
}

}  // namespace earshot
