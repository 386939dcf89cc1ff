#include "verifier/log/intake_log.h"

#include <bit>

#include "core/hash.h"
#include "core/merkle.h"

namespace earshot::verifier {

Hash256 merkle_node(const Hash256& left, const Hash256& right) {
  static constexpr std::uint8_t kNodePrefix = 0x01;  // Given: RFC 6962, section 2.1.
  return sha256({ByteView(&kNodePrefix, 1), left, right});
}

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
  Hash256 subtree = merkle_leaf(verifier::encode(entry));
  // Two subtrees of one size become one, as in binary addition.
  for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
    subtree = merkle_node(subtrees_.back(), subtree);
    subtrees_.pop_back();
  }
  subtrees_.push_back(subtree);
  ++size_;
}

LogHead LogFrontier::head() const {
  if (subtrees_.empty()) return {0, merkle_root({})};
  Hash256 root = subtrees_.back();
  for (std::size_t i = subtrees_.size() - 1; i > 0; --i) root = merkle_node(subtrees_[i - 1], root);
  return {size_, root};
}

Bytes LogFrontier::encode() const {
  Writer out;
  out.put(size_);
  for (const Hash256& subtree : subtrees_) out.put(subtree);
  return std::move(out).take();
}

Result<LogFrontier> LogFrontier::decode(ByteView bytes) {
  Reader in(bytes);
  LogFrontier frontier;
  frontier.size_ = in.get<std::uint64_t>();
  for (int left = std::popcount(frontier.size_); left > 0; --left) {
    frontier.subtrees_.push_back(in.get_array<32>());
  }
  if (Result<void> end = in.finish("log frontier"); !end) return fail(end.error());
  return frontier;
}

}  // namespace earshot::verifier
