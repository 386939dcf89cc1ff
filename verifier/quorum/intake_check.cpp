#include "verifier/quorum/intake_check.h"

#include <algorithm>

#include "core/merkle.h"

namespace earshot::verifier {
namespace {

using Expected = std::map<std::uint64_t, LogEntry>;

constexpr std::uint64_t kChunk = 4096;  // Chosen: entries looked at together.

tl::unexpected<Error> differs(std::uint64_t index, const char* how) {
  return fail(Errc::check_failed,
              "intake list: entry " + std::to_string(index) + " of the log " + how);
}

Result<void> expect(Expected& expected, std::uint64_t index, const LogEntry& entry,
                    std::uint64_t size) {
  if (index >= size) return differs(index, "is not under the checkpoint");
  const auto [known, is_new] = expected.try_emplace(index, entry);
  return known->second == entry ? Result<void>{} : differs(index, "is said to be two things");
}

Result<Expected> expected_of(const IntakeList& list, std::uint64_t size) {
  Expected expected;
  for (const auto* items : {&list.onboardings, &list.messages}) {
    for (const IntakeItem& item : *items) {
      const LogEntry header{LogKind::header, item.header_received, item.header};
      const LogEntry body{LogKind::message, item.body_received, item.message};
      if (Result<void> ok = expect(expected, item.header_index, header, size); !ok) {
        return fail(ok.error());
      }
      if (Result<void> ok = expect(expected, item.body_index, body, size); !ok) {
        return fail(ok.error());
      }
    }
  }
  return expected;
}

// One log's tiles, each fetched once.
class Tiles {
 public:
  Tiles(const TileSource& source, std::uint64_t size) : source_(source), size_(size) {}

  Result<Hash256> hash(int level, std::uint64_t index) {
    const TilePath path = path_of(false, level, index / kTileWidth);
    const Result<const Bytes*> tile = fetch(path);
    if (!tile) return fail(tile.error());
    if ((*tile)->size() != path.width * 32) {
      return fail(Errc::check_failed, to_string(path) + ": has another length than the log");
    }
    Reader in(ByteView(**tile).subspan(index % kTileWidth * 32, 32));
    return in.get_array<32>();
  }
  Result<std::vector<Bytes>> entries(std::uint64_t tile) {
    const TilePath path = path_of(true, 0, tile);
    const Result<Bytes> bytes = source_(path);
    if (!bytes) return fail(bytes.error());
    Result<std::vector<Bytes>> parsed = parse_bundle(*bytes);
    if (parsed && parsed->size() != path.width) {
      return fail(Errc::check_failed, to_string(path) + ": has another length than the log");
    }
    return parsed;
  }

 private:
  TilePath path_of(bool is_entries, int level, std::uint64_t tile) const {
    const std::uint64_t there = size_ >> (kTileHeight * level);
    return {is_entries, level, tile, std::min(kTileWidth, there - tile * kTileWidth)};
  }
  Result<const Bytes*> fetch(const TilePath& path) {
    const std::string name = to_string(path);
    auto known = known_.find(name);
    if (known == known_.end()) {
      Result<Bytes> bytes = source_(path);
      if (!bytes) return fail(bytes.error());
      known = known_.emplace(name, std::move(*bytes)).first;
    }
    return &known->second;
  }

  const TileSource& source_;
  std::uint64_t size_;
  std::map<std::string, Bytes> known_;
};

// All entries from `base`, the start of a tile, must give the root together with what is before.
Result<void> check_from(std::uint64_t base, const LogHead& head, const Expected& expected,
                        Tiles& tiles) {
  const TileTree tree([&](int level, std::uint64_t index) { return tiles.hash(level, index); });
  Result<CompactRange> range = tree.edge(base);
  if (!range) return fail(range.error());
  for (std::uint64_t first = base; first < head.size; first += kTileWidth) {
    const Result<std::vector<Bytes>> entries = tiles.entries(first / kTileWidth);
    if (!entries) return fail(entries.error());
    for (std::uint64_t i = 0; i < entries->size(); ++i) {
      const auto wanted = expected.find(first + i);
      if (wanted != expected.end() && encode(wanted->second) != (*entries)[i]) {
        return differs(first + i, "is not what the list says");
      }
      range->append(merkle_leaf((*entries)[i]));
    }
  }
  if (range->root() == head.root) return {};
  return fail(Errc::check_failed, "intake list: the tiles are not of its checkpoint");
}

}  // namespace

Result<void> check_intake_list(const IntakeList& list, const LogHead& head,
                               const TileSource& source) {
  const Result<Expected> expected = expected_of(list, head.size);
  if (!expected) return fail(expected.error());
  std::uint64_t oldest = head.size;
  for (const IntakeItem& item : list.messages) {
    oldest = std::min({oldest, item.header_index, item.body_index});
  }
  const std::uint64_t base = oldest / kTileWidth * kTileWidth;
  Tiles tiles(source, head.size);
  if (Result<void> ok = check_from(base, head, *expected, tiles); !ok) return ok;
  const TileTree tree([&](int level, std::uint64_t index) { return tiles.hash(level, index); });
  for (const auto& [index, entry] : *expected) {
    if (index >= base) break;
    const Result<std::vector<Hash256>> path = tree.inclusion(index, head.size);
    if (!path) return fail(path.error());
    if (!merkle_verify(merkle_leaf(encode(entry)), index, head.size, *path, head.root)) {
      return differs(index, "is not what the list says");
    }
  }
  return {};
}

Result<void> find_places(std::set<std::pair<LogKind, Hash256>> wanted, std::uint64_t size,
                         const LogEntries& entries, LogPlaces& places) {
  for (const auto& [key, place] : places) wanted.erase(key);
  for (std::uint64_t end = size; end > 0 && !wanted.empty();) {
    const std::uint64_t first = end > kChunk ? end - kChunk : 0;
    const Result<std::vector<LogEntry>> chunk = entries(first, end - first);
    if (!chunk) return fail(chunk.error());
    for (std::uint64_t i = 0; i < chunk->size(); ++i) {
      const std::pair key{(*chunk)[i].kind, (*chunk)[i].id};
      if (wanted.erase(key) > 0) places[key] = first + i;
    }
    end = first;
  }
  if (wanted.empty()) return {};
  return fail(Errc::bad_data, "intake log: no entry of " + to_hex(wanted.begin()->second));
}

}  // namespace earshot::verifier
