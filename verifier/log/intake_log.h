// The intake log: what arrived, in order of arrival, as an RFC 6962 tree over an append-only table.
//
// An entry is 41 bytes: kind (1) | time, nanoseconds (8) | id (32). The id commits to the content
// (core/messages.h), which stands in the store's own tables. Leaf k is merkle_leaf of entry k.
//
// The frontier is what an append needs of the tree: its right edge (core/compact_range.h).
#pragma once
#include "core/bytes.h"
#include "core/compact_range.h"
#include "core/time.h"

namespace earshot::verifier {

enum class LogKind : std::uint8_t {
  header = 1,             // Id of a header.
  message = 2,            // Id of a message: its body arrived.
  equivocation = 3,       // Id of a second header or message under one key.
  evidence = 4,           // SHA-256 of the report's id and an evidence chunk that fits its root.
  evidence_mismatch = 5,  // The same of a chunk that does not.
};

struct LogEntry {
  LogKind kind = LogKind::header;
  UnixNanos time = 0;  // The verifier's clock.
  Hash256 id{};
  bool operator==(const LogEntry&) const = default;
};
inline constexpr std::size_t kLogEntryBytes = 1 + 8 + 32;
Bytes encode(const LogEntry& entry);
Hash256 leaf_of(const LogEntry& entry);
Result<LogEntry> decode_log_entry(ByteView bytes);

struct LogHead {
  std::uint64_t size = 0;
  Hash256 root{};
  bool operator==(const LogHead&) const = default;
};

class LogFrontier {
 public:
  void append(const LogEntry& entry) { append_leaf(leaf_of(entry)); }
  void append_leaf(const Hash256& leaf) { range_.append(leaf); }
  std::uint64_t size() const { return range_.size(); }
  LogHead head() const { return {range_.size(), range_.root()}; }

  Bytes encode() const;  // Size (8), then the edge.
  static Result<LogFrontier> decode(ByteView bytes);
  bool operator==(const LogFrontier&) const = default;

 private:
  CompactRange range_;
};

}  // namespace earshot::verifier
