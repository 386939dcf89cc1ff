// A chain of blocks without a node. Can be told to be dead.
#pragma once
#include "core/hash.h"
#include "verifier/block_source.h"

namespace earshot::verifier {

class FakeBlocks final : public BlockSource {
 public:
  bool is_dead = false;
  std::uint64_t head = 10;
  std::uint64_t finalized = 10;

  void mine() { finalized = ++head; }
  static Hash256 hash_of(std::uint64_t number) {
    Writer out;
    out.put(number);
    return sha256(out.bytes());
  }

  Result<std::uint64_t> head_number() override {
    if (is_dead) return fail(Errc::unavailable, "node at http://nowhere does not answer");
    return head;
  }
  Result<std::optional<Hash256>> finalized_hash(std::uint64_t number) override {
    if (is_dead) return fail(Errc::unavailable, "node at http://nowhere does not answer");
    if (number > finalized) return std::optional<Hash256>{};
    return std::optional<Hash256>{hash_of(number)};
  }
};

}  // namespace earshot::verifier
