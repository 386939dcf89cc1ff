// A log as the files that C2SP tlog-tiles serves, in a directory of its own: tile/<level>/...,
// tile/entries/..., and `edge`, the log's size and right edge (core/compact_range.h).
//
// What `append` has returned for survives the loss of power: tiles are on disk before the edge that
// counts them is. A crash in between leaves files beyond the edge, which the next append writes
// again.
//
// Any thread may read; one at a time appends.
#pragma once
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "verifier/log/tile.h"

namespace earshot::verifier {

class LogDirectory {
 public:
  // Makes the directory when it is missing. Errc::bad_data when a file of it is damaged,
  // Errc::unavailable when it cannot be read or made.
  static Result<std::unique_ptr<LogDirectory>> open(const std::string& directory);

  LogHead head() const;
  // Precondition: below 64 KiB each. Errc::unavailable: nothing is appended.
  Result<void> append(std::span<const Bytes> entries);

  // The file; Errc::usage when the log has had no such tile.
  Result<Bytes> tile(const TilePath& path) const;
  // Of any size up to the log's.
  TileHashes hashes() const;

 private:
  // The tiles at the right edge that are not full.
  struct Edge {
    CompactRange range;
    std::vector<Bytes> entries;                // Fewer than 256.
    std::vector<std::vector<Hash256>> levels;  // Likewise, each.
  };

  explicit LogDirectory(std::string directory) : directory_(std::move(directory)) {}
  Result<void> load();
  Result<Bytes> read(const TilePath& path) const;
  Result<void> write(const TilePath& path, const Bytes& bytes) const;
  Result<void> grow(Edge& edge, const Bytes& entry) const;
  // What has grown since `old_size`: files that count already are never written again.
  Result<void> write_partial(const Edge& edge, std::uint64_t old_size) const;

  const std::string directory_;
  mutable std::mutex mutex_;
  Edge edge_;
};

}  // namespace earshot::verifier
