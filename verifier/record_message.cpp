// Bytes of one message of a record: docs/VERDICTS.md.
#include <cassert>

#include "verifier/record_parts.h"

namespace earshot::verifier {
namespace {

constexpr std::size_t kMaxPath = 64;  // Derived: a batch has at most 2^64 leaves, whatever it says.

}  // namespace

Result<LoggedMessage> get_logged(Reader& in) {
  const auto raw_type = in.get<std::uint8_t>();
  if (in.failed()) return fail(Errc::bad_data, "record: ends inside a message");
  if (raw_type < 1 || raw_type > 4) {
    return fail(Errc::bad_data, "record: message type " + std::to_string(raw_type) + " at offset " +
                                    std::to_string(in.offset() - 1));
  }
  const auto type = static_cast<MessageType>(raw_type);
  Result<Message> message = decode(type, in.get_bytes(body_size(type)));
  if (!message) return fail(message.error());
  Result<SignedHeader> header = decode_signed_header(in.get_bytes(kSignedHeaderBytes));
  if (!header) return fail(header.error());
  LoggedMessage logged{.message = *message, .header = *header, .path = {}};
  logged.index = in.get<std::uint32_t>();
  const std::size_t nodes = in.get<std::uint8_t>();
  if (nodes > kMaxPath) {
    return fail(Errc::bad_data, "record: path of " + std::to_string(nodes) + " nodes, at most " +
                                    std::to_string(kMaxPath));
  }
  for (std::size_t i = 0; i < nodes && !in.failed(); ++i) logged.path.push_back(in.get_array<32>());
  logged.header_received = in.get<UnixNanos>();
  logged.body_received = in.get<UnixNanos>();
  if (in.failed()) return fail(Errc::bad_data, "record: ends inside a message");
  return logged;
}

Bytes encode(const LoggedMessage& logged) {
  Writer out;
  out.put(static_cast<std::uint8_t>(type_of(logged.message)));
  out.put(encode(logged.message));
  out.put(encode(logged.header));
  out.put(logged.index);
  assert(logged.path.size() <= kMaxPath);
  out.put(static_cast<std::uint8_t>(logged.path.size()));
  for (const Hash256& node : logged.path) out.put(node);
  out.put(logged.header_received);
  out.put(logged.body_received);
  return std::move(out).take();
}

Result<LoggedMessage> decode_logged_message(ByteView bytes) {
  Reader in(bytes);
  Result<LoggedMessage> logged = get_logged(in);
  if (!logged) return logged;
  if (Result<void> end = in.finish("message"); !end) return fail(end.error());
  return logged;
}

}  // namespace earshot::verifier
