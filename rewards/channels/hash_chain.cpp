#include "rewards/channels/hash_chain.h"

#include <cassert>

#include "core/hash.h"

namespace earshot::rewards::channels {

HashChain::HashChain(const Hash256& secret, std::uint32_t units) : units_(units) {
  assert(units >= 1 && units <= kMaxUnits);
  Hash256 word = secret;
  for (std::uint32_t i = 0; i < units; ++i) {
    if (i % kStride == 0) kept_.push_back(word);
    word = sha256(word);
  }
  tip_ = word;
}

Hash256 HashChain::preimage(std::uint32_t units) {
  assert(units <= units_);
  if (units == 0) return tip_;
  const std::uint32_t from_secret = units_ - units;
  const std::uint32_t index = from_secret / kStride;
  if (segment_.empty() || segment_index_ != index) {
    segment_.assign(1, kept_[index]);
    while (segment_.size() < kStride) segment_.push_back(sha256(segment_.back()));
    segment_index_ = index;
  }
  return segment_[from_secret % kStride];
}

}  // namespace earshot::rewards::channels
