#include "verifier/log/tile.h"

#include <bit>
#include <cassert>
#include <charconv>

#include "core/merkle.h"

namespace earshot::verifier {
namespace {

std::string three_digits(std::uint64_t value) {
  std::string text = std::to_string(value);
  return std::string(3 - text.size(), '0') + text;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What is before the first slash, and takes both off.
std::string_view take_segment(std::string_view& path) {
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(std::min(end + 1, path.size()));
  return segment;
}

// Whatever looks like a path; parse_tile_path compares it with its spelling.
std::optional<TilePath> read_tile_path(std::string_view text) {
  if (take_segment(text) != "tile") return std::nullopt;
  TilePath path;
  const std::string_view level = take_segment(text);
  path.is_entries = level == "entries";
  if (!path.is_entries) {
    const auto number = number_in(level);
    if (!number || *number > 63) return std::nullopt;
    path.level = static_cast<int>(*number);
  }
  constexpr std::size_t kMostGroups = 6;  // 10^18 tiles.
  for (std::size_t group = 0; group < kMostGroups; ++group) {
    std::string_view segment = take_segment(text);
    const bool is_last = !segment.starts_with('x');
    if (!is_last) segment.remove_prefix(1);
    const bool is_partial = segment.ends_with(".p");
    if (is_partial) segment.remove_suffix(2);
    const auto number = number_in(segment);
    if (!number || segment.size() != 3) return std::nullopt;
    path.index = path.index * 1000 + *number;
    if (!is_last) continue;
    if (is_partial) path.width = number_in(take_segment(text)).value_or(0);
    if (!text.empty() || path.width < 1 || path.width > kTileWidth) return std::nullopt;
    return path;
  }
  return std::nullopt;
}

}  // namespace

std::string to_string(const TilePath& path) {
  std::string index = three_digits(path.index % 1000);
  for (std::uint64_t rest = path.index / 1000; rest > 0; rest /= 1000) {
    index = "x" + three_digits(rest % 1000) + "/" + index;
  }
  std::string text =
      "tile/" + (path.is_entries ? "entries" : std::to_string(path.level)) + "/" + index;
  if (path.width < kTileWidth) text += ".p/" + std::to_string(path.width);
  return text;
}

std::optional<TilePath> parse_tile_path(std::string_view text) {
  const std::optional<TilePath> path = read_tile_path(text);
  if (!path || to_string(*path) != text) return std::nullopt;
  return path;
}

Bytes bundle_entries(const std::vector<Bytes>& entries) {
  Writer out;
  for (const Bytes& entry : entries) {
    assert(entry.size() <= UINT16_MAX);
    out.put(static_cast<std::uint16_t>(entry.size()));
    out.put(ByteView(entry));
  }
  return std::move(out).take();
}

Result<std::vector<Bytes>> parse_bundle(ByteView bytes) {
  Reader in(bytes);
  std::vector<Bytes> entries;
  while (!in.failed() && in.left() > 0) {
    const ByteView entry = in.get_bytes(in.get<std::uint16_t>());
    entries.emplace_back(entry.begin(), entry.end());
  }
  if (Result<void> end = in.finish("entry bundle"); !end) return fail(end.error());
  if (entries.size() > kTileWidth) {
    return fail(Errc::bad_data, "entry bundle: " + std::to_string(entries.size()) +
                                    " entries, at most 256 are allowed");
  }
  return entries;
}

// A subtree of 2^height entries lies within one tile, `height % 8` levels above its hashes.
Result<Hash256> TileTree::subtree(int height, std::uint64_t index) const {
  const int level = height / kTileHeight;
  const std::uint64_t count = std::uint64_t{1} << (height % kTileHeight);
  std::vector<Hash256> hashes;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Result<Hash256> hash = hashes_(level, index * count + i);
    if (!hash) return hash;
    hashes.push_back(*hash);
  }
  for (; hashes.size() > 1; hashes.resize(hashes.size() / 2)) {
    for (std::size_t i = 0; i < hashes.size() / 2; ++i) {
      hashes[i] = merkle_node(hashes[2 * i], hashes[2 * i + 1]);
    }
  }
  return hashes.front();
}

// RFC 6962's hash of the entries [first, last); first is a multiple of the largest power of two up
// to their count.
Result<Hash256> TileTree::range(std::uint64_t first, std::uint64_t last) const {
  const std::uint64_t count = last - first;
  if (count == 0) return LogFrontier().head().root;
  if (std::has_single_bit(count)) return subtree(std::countr_zero(count), first / count);
  const std::uint64_t split = first + std::bit_floor(count);
  const Result<Hash256> left = range(first, split);
  if (!left) return left;
  const Result<Hash256> right = range(split, last);
  if (!right) return right;
  return merkle_node(*left, *right);
}

Result<Hash256> TileTree::root(std::uint64_t size) const { return range(0, size); }

Result<CompactRange> TileTree::edge(std::uint64_t size) const {
  std::vector<Hash256> edge;
  for (std::uint64_t first = 0; first < size;) {
    const auto height = static_cast<int>(std::bit_width(size - first)) - 1;
    const Result<Hash256> root = subtree(height, first >> height);
    if (!root) return fail(root.error());
    edge.push_back(*root);
    first += std::uint64_t{1} << height;
  }
  return CompactRange::from(size, std::move(edge));
}

Result<std::vector<Hash256>> TileTree::inclusion(std::uint64_t index, std::uint64_t size) const {
  assert(index < size);
  std::vector<Hash256> proof;
  for (std::uint64_t first = 0, last = size; last - first > 1;) {
    const std::uint64_t split = first + std::bit_floor(last - first - 1);
    const bool in_left = index < split;
    const Result<Hash256> sibling = in_left ? range(split, last) : range(first, split);
    if (!sibling) return fail(sibling.error());
    proof.push_back(*sibling);
    (in_left ? last : first) = split;
  }
  return std::vector<Hash256>(proof.rbegin(), proof.rend());
}

Result<std::vector<Hash256>> TileTree::consistency(std::uint64_t old_size,
                                                   std::uint64_t size) const {
  assert(old_size > 0 && old_size <= size);
  std::vector<Hash256> proof;
  std::uint64_t first = 0;
  std::uint64_t last = size;
  // Down to where the old log ends with a whole subtree; that one is known when it is all of it.
  while (old_size != last) {
    const std::uint64_t split = first + std::bit_floor(last - first - 1);
    const bool in_left = old_size <= split;
    const Result<Hash256> sibling = in_left ? range(split, last) : range(first, split);
    if (!sibling) return fail(sibling.error());
    proof.push_back(*sibling);
    (in_left ? last : first) = split;
  }
  if (first != 0) {
    const Result<Hash256> end = range(first, last);
    if (!end) return fail(end.error());
    proof.push_back(*end);
  }
  return std::vector<Hash256>(proof.rbegin(), proof.rend());
}

bool verify_consistency(std::uint64_t old_size, std::uint64_t size, std::span<const Hash256> proof,
                        const Hash256& old_root, const Hash256& root) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  // RFC 9162, section 2.1.4.2.
  std::vector<Hash256> path(proof.begin(), proof.end());
  if (std::has_single_bit(old_size)) path.insert(path.begin(), old_root);
  if (path.empty()) return false;
  std::uint64_t node = old_size - 1;
  std::uint64_t last = size - 1;
  while (node % 2 == 1) node >>= 1, last >>= 1;
  Hash256 old_hash = path.front();
  Hash256 hash = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      old_hash = merkle_node(path[i], old_hash);
      hash = merkle_node(path[i], hash);
      while (node % 2 == 0 && node != 0) node >>= 1, last >>= 1;
    } else {
      hash = merkle_node(hash, path[i]);
    }
    node >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_root && hash == root;
}

}  // namespace earshot::verifier
