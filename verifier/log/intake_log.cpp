#include "verifier/log/intake_log.h"

#include "core/merkle.h"

namespace earshot::verifier {

Bytes encode(const LogEntry& entry) {
  Writer out;
  out.put(static_cast<std::uint8_t>(entry.kind));
  out.put(entry.time);
  out.put(entry.id);
  return std::move(out).take();
}

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

void LogFrontier::append(const LogEntry& entry) {
  range_.append(merkle_leaf(verifier::encode(entry)));
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
