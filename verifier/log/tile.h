// Tiles (C2SP tlog-tiles): 256 hashes of one level of a log's tree, under a path of their own.
// Level L holds the roots of complete subtrees of 256^L entries; a tile at the log's edge may be
// partial.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/log/intake_log.h"

namespace earshot::verifier {

inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr int kTileHeight = 8;  // Levels of the tree in one tile.

struct TilePath {
  bool is_entries = false;  // The entries themselves (level 0), not hashes.
  int level = 0;            // 0..63.
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;  // 1..255: partial.
  bool operator==(const TilePath&) const = default;
};

// "tile/0/x001/x234/067", "tile/entries/000.p/7".
std::string to_string(const TilePath& path);
// Nothing when the text is not exactly what to_string gives.
std::optional<TilePath> parse_tile_path(std::string_view text);

// Of entries: each behind its length, two bytes, big-endian. Precondition: below 64 KiB each.
Bytes bundle_entries(const std::vector<Bytes>& entries);
Result<std::vector<Bytes>> parse_bundle(ByteView bytes);

// The root of the complete subtree of 256^level entries at `index`.
using TileHashes = std::function<Result<Hash256>(int level, std::uint64_t index)>;

// Roots and proofs of the log's first `size` entries, from its tile hashes: of each size up to
// what the log holds. Proofs as in RFC 6962, siblings from the leaf up.
class TileTree {
 public:
  explicit TileTree(TileHashes hashes) : hashes_(std::move(hashes)) {}

  Result<Hash256> root(std::uint64_t size) const;
  // Precondition: index < size.
  Result<std::vector<Hash256>> inclusion(std::uint64_t index, std::uint64_t size) const;
  // The right edge of the log at `size`: appending goes on from there.
  Result<CompactRange> edge(std::uint64_t size) const;
  // Precondition: 0 < old_size <= size.
  Result<std::vector<Hash256>> consistency(std::uint64_t old_size, std::uint64_t size) const;

 private:
  Result<Hash256> range(std::uint64_t first, std::uint64_t last) const;
  Result<Hash256> subtree(int height, std::uint64_t index) const;

  TileHashes hashes_;
};

// True when a log of `old_root` at `old_size` is the beginning of one of `root` at `size`, by an
// RFC 6962 consistency proof. An old size of 0 is false: nothing is proven of an empty log.
bool verify_consistency(std::uint64_t old_size, std::uint64_t size, std::span<const Hash256> proof,
                        const Hash256& old_root, const Hash256& root);

}  // namespace earshot::verifier
