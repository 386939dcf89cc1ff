// The payer's side of a channel: a chain of SHA-256 preimages from one secret, given out from the
// tip back. Keeps every 256th word, so a chain of 65 536 units takes 8 KiB and no payment costs
// more than 512 hashes. Single-threaded.
#pragma once
#include <vector>

#include "rewards/channels/anchor.h"

namespace earshot::rewards::channels {

class HashChain {
 public:
  // Precondition: 1 <= units <= kMaxUnits. Anybody who knows `secret` can spend the whole chain.
  HashChain(const Hash256& secret, std::uint32_t units);

  const Hash256& tip() const { return tip_; }
  std::uint32_t units() const { return units_; }
  // What pays `units` units in all. Precondition: units <= units().
  Hash256 preimage(std::uint32_t units);

 private:
  static constexpr std::uint32_t kStride = 256;  // Chosen: memory and work are the same then.

  std::uint32_t units_;
  Hash256 tip_{};
  std::vector<Hash256> kept_;     // kept_[k] is the secret after k * kStride hashes.
  std::vector<Hash256> segment_;  // The words from kept_[segment_index_] on.
  std::uint32_t segment_index_ = 0;
};

}  // namespace earshot::rewards::channels
