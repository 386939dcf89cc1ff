// The intake log as the store keeps it: runs of entries, and the tiles' hashes above them.
#include "core/merkle.h"
#include "verifier/rocks_impl.h"
#include "verifier/store_codec.h"

namespace earshot::verifier {

LogHead RocksStore::log_head() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->edge.frontier.head();
}

Result<std::vector<LogEntry>> RocksStore::Impl::entries(std::uint64_t first,
                                                        std::uint64_t end) const {
  std::vector<LogEntry> found;
  if (first >= end) return found;
  const auto visit = [&](ByteView key, ByteView value) -> Result<bool> {
    auto index = Reader(key).get<std::uint64_t>();
    for (Reader in(value); in.left() >= kLogEntryBytes && index < end; ++index) {
      const ByteView bytes = in.get_bytes(kLogEntryBytes);
      if (index < first) continue;
      Result<LogEntry> entry = decode_log_entry(bytes);
      if (!entry) return fail(entry.error());
      found.push_back(*entry);
    }
    return index < end;
  };
  const Result<void> scanned = database->scan_around(Family::log, round_key(first), visit);
  if (!scanned) return fail(scanned.error());
  return found;
}

Result<std::vector<Hash256>> RocksStore::Impl::hashes(int level, std::uint64_t first,
                                                      std::uint64_t end) const {
  std::vector<Hash256> found;
  if (level == 0) {
    const Result<std::vector<LogEntry>> leaves = entries(first, end);
    if (!leaves) return fail(leaves.error());
    for (const LogEntry& entry : *leaves) found.push_back(merkle_leaf(encode(entry)));
    return found;
  }
  const Bytes level_key = {static_cast<std::uint8_t>(level)};
  const Result<void> scanned =
      database->scan(Family::tiles, tile_key(level, first), level_key,
                     [&](ByteView key, ByteView value) -> Result<bool> {
                       if (Reader(key.subspan(1)).get<std::uint64_t>() >= end) return false;
                       found.push_back(Reader(value).get_array<32>());
                       return true;
                     });
  if (!scanned) return fail(scanned.error());
  return found;
}

Result<std::vector<LogEntry>> RocksStore::log_entries(std::uint64_t first,
                                                      std::uint64_t count) const {
  const std::uint64_t size = log_head().size;
  return impl_->entries(first, first > size ? size : first + std::min(count, size - first));
}

Result<std::vector<Hash256>> RocksStore::tile_hashes(int level, std::uint64_t first,
                                                     std::uint64_t count) const {
  if (level < 0 || level >= 64 / kTileHeight) return std::vector<Hash256>{};
  const std::uint64_t size = log_head().size >> (level * kTileHeight);
  return impl_->hashes(level, first, first > size ? size : first + std::min(count, size - first));
}

}  // namespace earshot::verifier
