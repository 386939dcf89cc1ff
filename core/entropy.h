// What nobody could know before a round opens (DESIGN section 3).
//
// Each verifier commits to the tip of a SHA-256 chain before an epoch and releases one link a
// round: link(i) = H^(length - i)(seed), so that H(link(i + 1)) = link(i) and link(0) is the
// commitment. R_r = SHA-256("earshot/v1/entropy" || r, 8 bytes || B || XOR of the links for r).
#pragma once
#include <optional>
#include <span>

#include "core/bytes.h"
#include "core/time.h"

namespace earshot {

using Entropy = Hash256;

class EntropyChain {
 public:
  // `rounds` links can be released. Keeps every 256th link: memory is rounds / 256 hashes.
  EntropyChain(const ByteArray<32>& seed, std::uint64_t rounds);
  const Hash256& commitment() const { return commitment_; }
  // The link released for the epoch's round `index`, 0 <= index < rounds (precondition): link(index
  // + 1) above, because link(0) is public from the start.
  Hash256 link(std::uint64_t index) const;

 private:
  std::uint64_t rounds_;
  std::vector<Hash256> pebbles_;
  Hash256 commitment_{};
};

// True when `link` is the link of the epoch's round `index` under `commitment`: index + 1 hashes.
bool is_link_of(const Hash256& commitment, std::uint64_t index, const Hash256& link);

// `links` of the verifiers that answered in time; fewer than `minimum` gives nothing: the round is
// skipped, never substituted.
std::optional<Entropy> round_entropy(Round round, const Hash256& block_hash,
                                     std::span<const Hash256> links, std::size_t minimum);

}  // namespace earshot
