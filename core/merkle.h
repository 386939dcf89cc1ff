// RFC 6962 Merkle trees over SHA-256: leaf = H(0x00 || bytes), node = H(0x01 || left || right),
// split at the largest power of two below the count. The root of nothing is SHA-256 of nothing.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"

namespace earshot {

Hash256 merkle_leaf(ByteView bytes);
Hash256 merkle_node(const Hash256& left, const Hash256& right);
// Root over leaf hashes (merkle_leaf of each entry), in order.
Hash256 merkle_root(std::span<const Hash256> leaves);
// Sibling hashes from the leaf up. Precondition: index < leaves.size().
std::vector<Hash256> merkle_proof(std::span<const Hash256> leaves, std::uint64_t index);
// True when `leaf` stands at `index` of `count` leaves under `root`; false for any malformed input.
bool merkle_verify(const Hash256& leaf, std::uint64_t index, std::uint64_t count,
                   std::span<const Hash256> proof, const Hash256& root);

// Root over consecutive chunks of `chunk_size` bytes (the last may be shorter): evidence,
// section 2.
Hash256 merkle_root_of_chunks(ByteView bytes, std::size_t chunk_size);

}  // namespace earshot
