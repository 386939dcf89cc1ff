#include "verifier/log/tile_writer.h"

#include "core/merkle.h"

namespace earshot::verifier {

Result<TileWriter> TileWriter::resume(std::uint64_t size, const TileHashes& hashes) {
  TileWriter writer;
  int level = 0;
  for (std::uint64_t count = size; count > 0; count /= kTileWidth, ++level) {
    Edge& edge = writer.edges_.emplace_back();
    edge.tile = count / kTileWidth;
    for (std::uint64_t index = edge.tile * kTileWidth; index < count; ++index) {
      const Result<Hash256> hash = hashes(level, index);
      if (!hash) return fail(hash.error());
      edge.hashes.push_back(*hash);
    }
  }
  return writer;
}

void TileWriter::append(const Hash256& leaf, const Keep& keep) {
  Hash256 hash = leaf;
  for (std::size_t level = 0;; ++level) {
    if (level == edges_.size()) edges_.emplace_back();
    Edge& edge = edges_[level];
    edge.hashes.push_back(hash);
    if (edge.hashes.size() < kTileWidth) return;
    hash = merkle_root(edge.hashes);
    keep(static_cast<int>(level) + 1, edge.tile, hash);
    edge.hashes.clear();
    ++edge.tile;
  }
}

}  // namespace earshot::verifier
