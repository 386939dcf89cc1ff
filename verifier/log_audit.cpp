#include "verifier/log_audit.h"

#include <algorithm>
#include <map>

#include "core/merkle.h"
#include "verifier/fetch.h"
#include "verifier/log/checkpoint.h"
#include "verifier/log/log_client.h"
#include "verifier/log/tile.h"

namespace earshot::verifier {
namespace {

// The network log of a source, its tiles fetched once each.
class PublishedLog {
 public:
  PublishedLog(std::string where, std::uint64_t size) : where_(std::move(where)), size_(size) {}

  // Of the tile that holds `index` of a level, as wide as the log has it.
  Result<Bytes> tile(bool is_entries, int level, std::uint64_t index) {
    const std::uint64_t count = size_ >> (level * kTileHeight);
    const std::uint64_t tile = index / kTileWidth;
    const TilePath path{is_entries, level, tile, std::min(kTileWidth, count - tile * kTileWidth)};
    const std::string name = "network/" + to_string(path);
    if (const auto held = tiles_.find(name); held != tiles_.end()) return held->second;
    Result<Bytes> bytes = fetch(where_, "/" + name, name);
    if (bytes) tiles_.emplace(name, *bytes);
    return bytes;
  }

  TileHashes hashes() {
    return [this](int level, std::uint64_t index) -> Result<Hash256> {
      const Result<Bytes> bytes = tile(false, level, index);
      if (!bytes) return fail(bytes.error());
      const std::size_t at = index % kTileWidth * sizeof(Hash256);
      if (bytes->size() < at + sizeof(Hash256)) {
        return fail(Errc::bad_data, where_ + ": a tile of the network log is too short");
      }
      return Reader(ByteView(*bytes).subspan(at)).get_array<32>();
    };
  }

  Result<Bytes> entry(std::uint64_t index) {
    if (index / kTileWidth != bundle_ || parsed_.empty()) {
      const Result<Bytes> bytes = tile(true, 0, index);
      if (!bytes) return fail(bytes.error());
      Result<std::vector<Bytes>> parsed = parse_bundle(*bytes);
      if (!parsed) return fail(parsed.error());
      bundle_ = index / kTileWidth;
      parsed_ = *std::move(parsed);
      tiles_.clear();
    }
    if (index % kTileWidth < parsed_.size()) return parsed_[index % kTileWidth];
    return fail(Errc::bad_data, where_ + ": the network log has no entry " + std::to_string(index));
  }

 private:
  const std::string where_;
  const std::uint64_t size_;
  std::map<std::string, Bytes> tiles_;
  std::uint64_t bundle_ = 0;
  std::vector<Bytes> parsed_;  // Of bundle_.
};

// What an entry is about, as network_log makes them.
std::string name_of(const Bytes& entry) {
  if (entry.size() < 33) return "of no known kind";
  const std::string id = to_hex(ByteView(entry).subspan(1, 32));
  switch (entry[0]) {
    case 1:
      return "message " + id;
    case 2:
      return "audit of report " + id;
    case 3:
      return "verdict on " + id;
    case 4:
      return "channel " + id;
    case 5:
      return "noise of report " + id + " and another";
    default:
      return "of no known kind";
  }
}

std::string shown(const Bytes& entry) {
  return std::to_string(entry.size()) + " bytes " + to_hex(sha256(entry));
}

// The first of the epoch's entries that is published otherwise; nothing when all are as derived.
Result<std::optional<AuditStep>> first_difference(PublishedLog& log, std::uint64_t size,
                                                  const EpochAudit& audit) {
  const std::uint64_t first = audit.record.log.size();
  const std::vector<Bytes> derived =
      network_log(audit.record, audit.outcome.verdicts, audit.outcome.channels.uses);
  for (std::uint64_t i = 0; i < derived.size() && first + i < size; ++i) {
    const Result<Bytes> entry = log.entry(first + i);
    if (!entry) return fail(entry.error());
    if (*entry == derived[i]) continue;
    return std::optional<AuditStep>{
        {"network log entry " + std::to_string(first + i) + " (" + name_of(derived[i]) + ")",
         shown(*entry) + ", " + name_of(*entry), shown(derived[i])}};
  }
  return std::optional<AuditStep>{};
}

// The root at the epoch's end as the signed checkpoint's tiles give it, once they are proven to be
// those of the checkpoint.
Result<AuditStep> root_step(PublishedLog& log, const LogHead& head, const EpochAudit& audit) {
  const CompactRange& end = audit.outcome.log;
  const TileTree tree(log.hashes());
  const Result<Hash256> whole = tree.root(head.size);
  if (!whole) return fail(whole.error());
  if (*whole != head.root) {
    return AuditStep{"network log checkpoint", to_hex(head.root), to_hex(*whole)};
  }
  const Result<Hash256> root = tree.root(end.size());
  if (!root) return fail(root.error());
  if (*root == end.root() && end.size() > 0) {
    const Result<std::vector<Hash256>> proof = tree.consistency(end.size(), head.size);
    if (!proof) return fail(proof.error());
    if (!verify_consistency(end.size(), head.size, *proof, end.root(), head.root)) {
      return AuditStep{"network log checkpoint", to_hex(head.root), "another history"};
    }
  }
  return AuditStep{"network log root", to_hex(*root), to_hex(end.root())};
}

bool is_url(const std::string& where) { return where.starts_with("http"); }

}  // namespace

Result<void> audit_network_log(const std::string& where, const std::optional<NoteKey>& key,
                               EpochAudit& audit) {
  const Result<std::optional<Bytes>> text =
      fetch_if_there(where, "/network/checkpoint", "network/checkpoint");
  if (!text) return fail(text.error());
  std::vector<AuditStep> steps;
  const std::string expected = std::to_string(audit.outcome.log.size()) + " entries";
  if (!*text) {
    if (is_url(where)) steps.push_back({"network log", "none", expected});
  } else {
    const Result<Note> note =
        parse_note({reinterpret_cast<const char*>((*text)->data()), (*text)->size()});
    if (!note) return fail(note.error());
    const Result<NoteKey> known =
        key ? Result<NoteKey>(*key) : fetch_log_key(where, "network_log_key");
    if (!known) return fail(known.error());
    const Result<Checkpoint> checkpoint = open_checkpoint(*note, *known);
    if (!checkpoint) return fail(checkpoint.error());
    const LogHead& head = checkpoint->head;
    PublishedLog log(where, head.size);
    const Result<std::optional<AuditStep>> differs = first_difference(log, head.size, audit);
    if (!differs) return fail(differs.error());
    if (*differs) steps.push_back(**differs);
    if (head.size < audit.outcome.log.size()) {
      steps.push_back({"network log", std::to_string(head.size) + " entries", expected});
    } else {
      const Result<AuditStep> root = root_step(log, head, audit);
      if (!root) return fail(root.error());
      steps.push_back(*root);
    }
  }
  audit.has_network_log = text->has_value();
  audit.steps.insert(audit.steps.begin(), steps.begin(), steps.end());
  settle(audit);
  return {};
}

}  // namespace earshot::verifier
