#include "verifier/log/intake_log.h"

#include "core/merkle.h"
#include "core/short_writer.h"

namespace earshot::verifier {

Bytes encode(const LogEntry& entry) {
  ShortWriter<kLogEntryBytes> out;
  out.put(static_cast<std::uint8_t>(entry.kind));
  out.put(entry.time);
  out.put(entry.id);
  return out.copy();
}

Hash256 leaf_of(const LogEntry& entry) { return merkle_leaf(encode(entry)); }

Result<LogEntry> decode_log_entry(ByteView bytes) {
  Reader in(bytes);
  const auto kind = in.get<std::uint8_t>();
  LogEntry entry{
      .kind = static_cast<LogKind>(kind), .time = in.get<UnixNanos>(), .id = in.get_array<32>()};
  if (Result<void> end = in.finish("log entry"); !end) return fail(end.error());
  if (kind < 1 || kind > 5) {
    return fail(Errc::bad_data, "log entry: kind " + std::to_string(kind) + ", expected 1 to 5");
  }
  return entry;
}

Bytes LogFrontier::encode() const { return earshot::encode(range_); }

Result<LogFrontier> LogFrontier::decode(ByteView bytes) {
  Reader in(bytes);
  Result<CompactRange> range = get_compact_range(in);
  if (!range) return fail(range.error());
  if (Result<void> end = in.finish("log frontier"); !end) return fail(end.error());
  LogFrontier frontier;
  frontier.range_ = std::move(*range);
  return frontier;
}

}  // namespace earshot::verifier
