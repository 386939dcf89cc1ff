#include "verifier/log/log_directory.h"

#include <filesystem>

#include "core/files.h"
#include "core/merkle.h"
#include "verifier/log/durable_file.h"

namespace earshot::verifier {
namespace {

constexpr const char* kEdgeFile = "/edge";

// Of the tiles of one level there are this many hashes.
std::uint64_t count_at(int level, std::uint64_t size) { return size >> (level * kTileHeight); }

Bytes bytes_of(const std::vector<Hash256>& hashes) {
  Writer out;
  for (const Hash256& hash : hashes) out.put(ByteView(hash));
  return std::move(out).take();
}

}  // namespace

Result<std::unique_ptr<LogDirectory>> LogDirectory::open(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail(Errc::unavailable, directory + ": " + error.message());
  std::unique_ptr<LogDirectory> log(new LogDirectory(directory));
  if (Result<void> loaded = log->load(); !loaded) return fail(loaded.error());
  return log;
}

Result<void> LogDirectory::load() {
  const std::string path = directory_ + kEdgeFile;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  Reader in(as_bytes(*text));
  Result<CompactRange> range = get_compact_range(in);
  if (!range || in.left() != 0) return fail(Errc::bad_data, path + ": it is damaged");
  edge_.range = std::move(*range);
  const std::uint64_t size = edge_.range.size();
  if (size % kTileWidth > 0) {
    const Result<Bytes> bundle = read({true, 0, size / kTileWidth, size % kTileWidth});
    if (!bundle) return fail(bundle.error());
    Result<std::vector<Bytes>> entries = parse_bundle(*bundle);
    if (!entries) return fail(entries.error());
    edge_.entries = std::move(*entries);
  }
  for (int level = 0; count_at(level, size) > 0; ++level) {
    const std::uint64_t count = count_at(level, size);
    std::vector<Hash256>& hashes = edge_.levels.emplace_back();
    for (std::uint64_t index = count - count % kTileWidth; index < count; ++index) {
      const Result<Hash256> hash = this->hashes()(level, index);
      if (!hash) return fail(hash.error());
      hashes.push_back(*hash);
    }
  }
  const Result<Hash256> root = TileTree(hashes()).root(size);
  if (!root) return fail(root.error());
  if (*root == edge_.range.root()) return {};
  return fail(Errc::bad_data, directory_ + ": its tiles do not give the root of its edge");
}

Result<Bytes> LogDirectory::read(const TilePath& path) const {
  const Result<std::string> text = read_file(directory_ + "/" + to_string(path));
  if (!text) return fail(text.error());
  return Bytes(text->begin(), text->end());
}

Result<void> LogDirectory::write(const TilePath& path, const Bytes& bytes) const {
  return write_lazily(directory_ + "/" + to_string(path), bytes);
}

LogHead LogDirectory::head() const {
  const std::lock_guard lock(mutex_);
  return {edge_.range.size(), edge_.range.root()};
}

Result<void> LogDirectory::grow(Edge& edge, const Bytes& entry) const {
  const std::uint64_t index = edge.range.size();
  Hash256 hash = merkle_leaf(entry);
  edge.range.append(hash);
  edge.entries.push_back(entry);
  if (edge.entries.size() == kTileWidth) {
    Result<void> written = write({true, 0, index / kTileWidth}, bundle_entries(edge.entries));
    if (!written) return written;
    edge.entries.clear();
  }
  for (int level = 0;; ++level) {
    const auto at = static_cast<std::size_t>(level);
    if (at == edge.levels.size()) edge.levels.emplace_back();
    std::vector<Hash256>& hashes = edge.levels[at];
    hashes.push_back(hash);
    if (hashes.size() < kTileWidth) return {};
    const TilePath path{.level = level, .index = count_at(level + 1, index)};
    if (Result<void> written = write(path, bytes_of(hashes)); !written) return written;
    hash = merkle_root(hashes);
    hashes.clear();
  }
}

Result<void> LogDirectory::write_partial(const Edge& edge, std::uint64_t old_size) const {
  const std::uint64_t size = edge.range.size();
  if (!edge.entries.empty() && size > old_size) {
    const TilePath path{true, 0, size / kTileWidth, edge.entries.size()};
    Result<void> written = write(path, bundle_entries(edge.entries));
    if (!written) return written;
  }
  for (std::size_t level = 0; level < edge.levels.size(); ++level) {
    const std::vector<Hash256>& hashes = edge.levels[level];
    const int height = static_cast<int>(level);
    if (hashes.empty() || count_at(height, size) == count_at(height, old_size)) continue;
    const TilePath path{false, height, count_at(height + 1, size), hashes.size()};
    if (Result<void> written = write(path, bytes_of(hashes)); !written) return written;
  }
  return {};
}

Result<void> LogDirectory::append(std::span<const Bytes> entries) {
  Edge grown = [this] {
    const std::lock_guard lock(mutex_);
    return edge_;
  }();
  const std::uint64_t old_size = grown.range.size();
  for (const Bytes& entry : entries) {
    if (Result<void> written = grow(grown, entry); !written) return written;
  }
  if (Result<void> written = write_partial(grown, old_size); !written) return written;
  if (Result<void> synced = sync_file_system(directory_); !synced) return synced;
  Result<void> counted = replace_file(directory_ + kEdgeFile, encode(grown.range));
  if (!counted) return counted;
  const std::lock_guard lock(mutex_);
  edge_ = std::move(grown);
  return {};
}

Result<Bytes> LogDirectory::tile(const TilePath& path) const {
  const std::uint64_t size = head().size;
  const bool is_beyond = path.level > 7 ||  // 256^8 entries are more than a log can have.
                         path.index * kTileWidth + path.width > count_at(path.level, size);
  Result<Bytes> bytes = is_beyond ? Result<Bytes>(fail(Errc::usage, "")) : read(path);
  if (bytes) return bytes;
  return fail(Errc::usage, "the log has no " + to_string(path));
}

TileHashes LogDirectory::hashes() const {
  return [this](int level, std::uint64_t index) -> Result<Hash256> {
    const std::uint64_t tile = index / kTileWidth;
    const std::uint64_t count = count_at(level, head().size);
    const std::uint64_t width = std::min(kTileWidth, count - tile * kTileWidth);
    const Result<Bytes> bytes = read({.level = level, .index = tile, .width = width});
    if (!bytes) return fail(bytes.error());
    if (bytes->size() != width * sizeof(Hash256)) {
      return fail(Errc::bad_data, directory_ + ": a tile is not of its width");
    }
    Hash256 hash{};
    std::copy_n(bytes->begin() + static_cast<std::ptrdiff_t>(index % kTileWidth * hash.size()),
                hash.size(), hash.begin());
    return hash;
  };
}

}  // namespace earshot::verifier
