#include "core/compact_range.h"

#include <bit>
#include <cassert>

#include "core/merkle.h"

namespace earshot {

Result<CompactRange> CompactRange::from(std::uint64_t size, std::vector<Hash256> edge) {
  if (size > kMaxSize) {
    return fail(Errc::bad_data,
                "log edge: size " + std::to_string(size) + ", at most " + std::to_string(kMaxSize));
  }
  const auto expected = static_cast<std::size_t>(std::popcount(size));
  if (edge.size() != expected) {
    return fail(Errc::bad_data, "log edge: " + std::to_string(edge.size()) + " hashes for size " +
                                    std::to_string(size) + ", expected " +
                                    std::to_string(expected));
  }
  CompactRange range;
  range.size_ = size;
  range.edge_ = std::move(edge);
  return range;
}

void CompactRange::append(const Hash256& leaf) {
  assert(size_ < 2 * kMaxSize);
  Hash256 subtree = leaf;
  // Two subtrees of one size become one, as in binary addition.
  for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
    subtree = merkle_node(edge_.back(), subtree);
    edge_.pop_back();
  }
  edge_.push_back(subtree);
  ++size_;
}

Hash256 CompactRange::root() const {
  if (edge_.empty()) return merkle_root({});
  Hash256 root = edge_.back();
  for (std::size_t i = edge_.size() - 1; i > 0; --i) root = merkle_node(edge_[i - 1], root);
  return root;
}

Bytes encode(const CompactRange& range) {
  Writer out;
  out.put(range.size());
  for (const Hash256& subtree : range.edge()) out.put(subtree);
  return std::move(out).take();
}

Result<CompactRange> get_compact_range(Reader& in) {
  const auto size = in.get<std::uint64_t>();
  std::vector<Hash256> edge;
  for (int left = std::popcount(size); left > 0; --left) edge.push_back(in.get_array<32>());
  if (in.failed()) return fail(Errc::bad_data, "log edge: ends too early");
  return CompactRange::from(size, std::move(edge));
}

}  // namespace earshot
