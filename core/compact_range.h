// The right edge of an append-only RFC 6962 tree: all that appending and the root need of it.
//
// A tree of n leaves falls into perfect subtrees, one for each set bit of n; the edge is their
// roots, the largest first:
//
//     edge().size() == popcount(size()),   root() == merkle_root(all leaves)
#pragma once
#include <cstdint>
#include <vector>

#include "core/bytes.h"

namespace earshot {

class CompactRange {
 public:
  // Chosen: nobody appends 2^62 leaves one by one, so that a size below it never overflows.
  static constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 62;

  CompactRange() = default;  // Of nothing.
  // Errc::bad_data when the edge does not have a hash for each bit of `size`, or `size` is larger
  // than kMaxSize. Whether the hashes are those of a log only its root can tell.
  static Result<CompactRange> from(std::uint64_t size, std::vector<Hash256> edge);

  void append(const Hash256& leaf);  // merkle_leaf of the entry.
  std::uint64_t size() const { return size_; }
  const std::vector<Hash256>& edge() const { return edge_; }
  Hash256 root() const;
  bool operator==(const CompactRange&) const = default;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash256> edge_;
};

// Bytes: size (8), then the edge.
Bytes encode(const CompactRange& range);
// Reads no further than the range ends. Errc::bad_data as CompactRange::from, and for missing
// bytes.
Result<CompactRange> get_compact_range(Reader& in);

}  // namespace earshot
