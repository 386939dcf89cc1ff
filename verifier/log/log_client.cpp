#include "verifier/log/log_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/compact_range.h"
#include "core/merkle.h"
#include "verifier/fetch.h"
#include "verifier/log/tile.h"

namespace earshot::verifier {
namespace {

constexpr std::uint64_t kMostEntries =
    1U << 26;  // Chosen: 6 GiB in memory, a year of a large verifier.

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

Result<Bytes> fetch_tile(const std::string& where, const TilePath& path) {
  const std::string name = to_string(path);
  return fetch(where, "/" + name, name);
}

Result<void> fetch_entries(const std::string& where, LogCopy& copy) {
  const std::uint64_t size = copy.checkpoint.head.size;
  if (size > kMostEntries) {
    return fail(Errc::bad_data, where + ": the log has " + std::to_string(size) +
                                    " entries, at most " + std::to_string(kMostEntries) +
                                    " are read at once");
  }
  for (std::uint64_t first = 0; first < size; first += kTileWidth) {
    const TilePath path{.is_entries = true,
                        .level = 0,
                        .index = first / kTileWidth,
                        .width = std::min(kTileWidth, size - first)};
    const Result<Bytes> bundle = fetch_tile(where, path);
    if (!bundle) return fail(bundle.error());
    Result<std::vector<Bytes>> entries = parse_bundle(*bundle);
    if (!entries) return fail(Errc::bad_data, to_string(path) + ": " + entries.error().detail);
    if (entries->size() != path.width) {
      return fail(Errc::bad_data, to_string(path) + ": found " + std::to_string(entries->size()) +
                                      " entries, expected " + std::to_string(path.width));
    }
    std::ranges::move(*entries, std::back_inserter(copy.entries));
  }
  return {};
}

CompactRange range_of(const LogCopy& copy, std::uint64_t size) {
  CompactRange range;
  for (std::uint64_t i = 0; i < size; ++i) range.append(merkle_leaf(copy.entries[i]));
  return range;
}

// The first entry whose hash is not what the log's own tile says; nothing when the tiles agree with
// the entries (and so with each other, but not with the checkpoint).
std::optional<std::uint64_t> first_difference(const std::string& where, const LogCopy& copy) {
  for (std::uint64_t first = 0; first < copy.entries.size(); first += kTileWidth) {
    const std::uint64_t width = std::min<std::uint64_t>(kTileWidth, copy.entries.size() - first);
    const Result<Bytes> tile = fetch_tile(where, {.index = first / kTileWidth, .width = width});
    if (!tile || tile->size() != width * 32) return first;
    for (std::uint64_t i = 0; i < width; ++i) {
      const Hash256 leaf = merkle_leaf(copy.entries[first + i]);
      const auto told = tile->begin() + static_cast<std::ptrdiff_t>(32 * i);
      if (!std::equal(leaf.begin(), leaf.end(), told)) return first + i;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<NoteKey> fetch_log_key(const std::string& where, const std::string& member) {
  const Result<Bytes> health = fetch(where, "/healthz", "healthz");
  if (!health) return fail(health.error());
  const auto json = nlohmann::json::parse(*health, nullptr, false);
  if (!json.is_object() || !json.contains(member) || !json[member].is_string()) {
    return fail(Errc::bad_data, where + ": its /healthz names no " + member);
  }
  return parse_note_key(json[member].get<std::string>());
}

Result<LogCopy> fetch_log(const std::string& where, const NoteKey& log) {
  const Result<Bytes> head = fetch(where, "/checkpoint", "checkpoint");
  if (!head) return fail(head.error());
  Result<Note> note = parse_note(text_of(*head));
  if (!note) return fail(note.error());
  Result<Checkpoint> checkpoint = open_checkpoint(*note, log);
  if (!checkpoint) return fail(checkpoint.error());
  LogCopy copy{*std::move(note), *std::move(checkpoint), {}};
  if (Result<void> read = fetch_entries(where, copy); !read) return fail(read.error());
  if (range_of(copy, copy.entries.size()).root() == copy.checkpoint.head.root) return copy;
  const std::optional<std::uint64_t> differs = first_difference(where, copy);
  return fail(Errc::check_failed,
              where + ": the entries do not give the root that was signed: " +
                  (differs ? "entry " + std::to_string(*differs) + " is not what its tile says"
                           : "the tiles are not of this checkpoint"));
}

Result<void> check_extends(const LogCopy& copy, const Checkpoint& older) {
  if (older.origin != copy.checkpoint.origin) {
    return fail(Errc::check_failed, "the older checkpoint is of " + older.origin +
                                        ", this log is " + copy.checkpoint.origin);
  }
  if (older.head.size > copy.entries.size()) {
    return fail(Errc::check_failed, "the log had " + std::to_string(older.head.size) +
                                        " entries and has " + std::to_string(copy.entries.size()) +
                                        ": some are gone");
  }
  if (range_of(copy, older.head.size).root() != older.head.root) {
    return fail(Errc::check_failed, "the first " + std::to_string(older.head.size) +
                                        " entries are not those of the older checkpoint");
  }
  return {};
}

Result<LogProof> prove_entry(const LogCopy& copy, std::uint64_t index) {
  if (index >= copy.entries.size()) {
    return fail(Errc::usage, "the log has " + std::to_string(copy.entries.size()) +
                                 " entries, there is no entry " + std::to_string(index));
  }
  std::vector<Hash256> leaves;
  for (const Bytes& entry : copy.entries) leaves.push_back(merkle_leaf(entry));
  return LogProof{.extra = copy.entries[index],
                  .index = index,
                  .path = merkle_proof(leaves, index),
                  .checkpoint = to_string(copy.note)};
}

Result<Bytes> check_proof(const LogProof& proof, const NoteKey& log) {
  const Result<Note> note = parse_note(proof.checkpoint);
  if (!note) return fail(note.error());
  const Result<Checkpoint> checkpoint = open_checkpoint(*note, log);
  if (!checkpoint) return fail(checkpoint.error());
  if (!proof.extra) return fail(Errc::bad_data, "log proof: it does not hold its entry (extra)");
  const LogHead& head = checkpoint->head;
  if (!merkle_verify(merkle_leaf(*proof.extra), proof.index, head.size, proof.path, head.root)) {
    return fail(Errc::check_failed, "log proof: the entry is not number " +
                                        std::to_string(proof.index) + " of this checkpoint");
  }
  return *proof.extra;
}

}  // namespace earshot::verifier
