// What entropy needs of the chain that rewards settle on.
#pragma once
#include <optional>

#include "core/bytes.h"

namespace earshot::verifier {

class BlockSource {
 public:
  virtual ~BlockSource() = default;
  // Height of the newest block. Errc::unavailable when the node does not answer or is of another
  // chain; the detail names it.
  virtual Result<std::uint64_t> head_number() = 0;
  // Hash of block `number` once it is finalized; nothing before.
  virtual Result<std::optional<Hash256>> finalized_hash(std::uint64_t number) = 0;
};

}  // namespace earshot::verifier
