#include "core/entropy.h"

#include <cassert>

#include "core/hash.h"

namespace earshot {
namespace {

constexpr std::uint64_t kPebbleDistance = 256;

Hash256 hash_times(Hash256 hash, std::uint64_t times) {
  for (std::uint64_t i = 0; i < times; ++i) hash = sha256(ByteView(hash));
  return hash;
}

}  // namespace

EntropyChain::EntropyChain(const ByteArray<32>& seed, std::uint64_t rounds) : rounds_(rounds) {
  Hash256 hash = seed;
  for (std::uint64_t hashes = 0; hashes < rounds; ++hashes) {
    if (hashes % kPebbleDistance == 0) pebbles_.push_back(hash);
    hash = sha256(ByteView(hash));
  }
  commitment_ = hash;
}

Hash256 EntropyChain::link(std::uint64_t index) const {
  assert(index < rounds_);
  const std::uint64_t hashes = rounds_ - 1 - index;
  return hash_times(pebbles_[hashes / kPebbleDistance], hashes % kPebbleDistance);
}

bool is_link_of(const Hash256& commitment, std::uint64_t index, const Hash256& link) {
  return hash_times(link, index + 1) == commitment;
}

std::optional<Entropy> round_entropy(Round round, const Hash256& block_hash,
                                     std::span<const Hash256> links, std::size_t minimum) {
  if (links.size() < minimum) return std::nullopt;
  Hash256 mixed{};
  for (const Hash256& link : links) {
    for (std::size_t i = 0; i < mixed.size(); ++i) mixed[i] ^= link[i];
  }
  Writer number;
  number.put(round);
  return sha256({as_bytes("earshot/v1/entropy"), ByteView(number.bytes()), ByteView(block_hash),
                 ByteView(mixed)});
}

}  // namespace earshot
