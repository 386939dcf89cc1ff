// Makes the hashes of a growing log's tiles: of each tile that becomes full, the root, which is one
// hash of a tile a level higher.
//
// A value: copy it to try an append, keep the copy when what it gave is on disk. At most 255 hashes
// a level.
#pragma once
#include <functional>
#include <vector>

#include "verifier/log/tile.h"

namespace earshot::verifier {

class TileWriter {
 public:
  // Goes on with a log of `size` entries, of which `hashes` gives all.
  static Result<TileWriter> resume(std::uint64_t size, const TileHashes& hashes);
  TileWriter() = default;  // Of an empty log.

  // Calls `keep(level, index, hash)`, level >= 1, for every subtree of 256^level entries that is
  // complete with this one.
  using Keep = std::function<void(int, std::uint64_t, const Hash256&)>;
  void append(const Hash256& leaf, const Keep& keep);

 private:
  struct Edge {
    std::uint64_t tile = 0;       // Index of the partial tile.
    std::vector<Hash256> hashes;  // Of it, fewer than 256.
  };
  std::vector<Edge> edges_;  // One a level.
};

}  // namespace earshot::verifier
