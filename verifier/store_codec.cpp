#include "verifier/store_codec.h"

#include <cassert>

#include "verifier/rules/form.h"

namespace earshot::verifier {
namespace {

constexpr std::size_t kMaxPath = 64;

void put(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

StatementPlace place(const PublicKey& signer, MessageType type, Round round,
                     const ByteArray<16>& tag) {
  StatementPlace out;
  if (type == MessageType::onboarding) {
    out.put(signer);
    out.put(round);  // Of an onboarding this is its sequence.
    return out;
  }
  out.put(round);
  out.put(static_cast<std::uint8_t>(type));
  out.put(signer);
  out.put(tag);
  return out;
}

}  // namespace

Bytes statement_bytes(const Message& message) {
  const auto [round, type, signer, tag] = statement_key(message);
  ShortWriter<kReportPlaceBytes> out;
  out.put(signer);
  out.put(static_cast<std::uint8_t>(type));
  out.put(round);
  out.put(tag);
  return out.copy();
}

Bytes encode_stored(const StoredHeader& header) {
  Bytes out;
  append_stored(out, header);
  return out;
}

void append_stored(Bytes& out, const StoredHeader& header) {
  ShortWriter<sizeof(UnixNanos)> received;
  received.put(header.received);
  put(out, received.bytes());
  put(out, encode(header.header));
}

Result<StoredHeader> decode_stored_header(const Hash256& id, ByteView bytes) {
  Reader in(bytes);
  const auto received = in.get<UnixNanos>();
  const ByteView raw = in.get_bytes(in.left());
  const Result<SignedHeader> header = decode_signed_header(raw);
  if (!header) return fail(Errc::bad_data, "stored header " + to_hex(id) + " is damaged");
  return StoredHeader{id, *header, received};
}

Bytes encode_stored(const StoredMessage& message) {
  Bytes out;
  append_stored(out, message);
  return out;
}

void append_stored(Bytes& out, const StoredMessage& message) {
  ShortWriter<8 + 32 + 4 + 1> head;
  head.put(message.received);
  head.put(message.header);
  head.put(message.index);
  head.put(static_cast<std::uint8_t>(message.path.size()));
  const Bytes body = encode(message.message);
  const std::size_t path_bytes = message.path.size() * sizeof(Hash256);
  out.reserve(out.size() + head.bytes().size() + path_bytes + 1 + body.size());
  put(out, head.bytes());
  for (const Hash256& node : message.path) put(out, node);
  out.push_back(static_cast<std::uint8_t>(type_of(message.message)));
  put(out, body);
}

Result<StoredMessage> decode_stored_message(const Hash256& id, ByteView bytes) {
  const Error damaged{Errc::bad_data, "stored message " + to_hex(id) + " is damaged"};
  Reader in(bytes);
  StoredMessage stored;
  stored.id = id;
  stored.received = in.get<UnixNanos>();
  stored.header = in.get_array<32>();
  stored.index = in.get<std::uint32_t>();
  const std::size_t nodes = in.get<std::uint8_t>();
  if (in.failed() || nodes > kMaxPath) return fail(damaged);
  for (std::size_t i = 0; i < nodes; ++i) stored.path.push_back(in.get_array<32>());
  const auto type = in.get<std::uint8_t>();
  if (in.failed() || type < 1 || type > 4) return fail(damaged);
  const Result<Message> message = decode(static_cast<MessageType>(type), in.get_bytes(in.left()));
  if (!message) return fail(damaged);
  stored.message = *message;
  return stored;
}

Bytes encode_stored(const Equivocation& equivocation) {
  Writer out;
  out.put(equivocation.first);
  out.put(equivocation.second);
  out.put(equivocation.evidence);
  return std::move(out).take();
}

Result<Equivocation> decode_equivocation(ByteView bytes) {
  Reader in(bytes);
  Equivocation out;
  out.first = in.get_array<32>();
  out.second = in.get_array<32>();
  if (in.failed()) return fail(Errc::bad_data, "stored equivocation is damaged");
  const ByteView evidence = in.get_bytes(in.left());
  out.evidence.assign(evidence.begin(), evidence.end());
  return out;
}

StatementPlace statement_place(ByteView statement) {
  Reader in(statement);
  const auto signer = in.get_array<32>();
  const auto type = static_cast<MessageType>(in.get<std::uint8_t>());
  const auto round = in.get<Round>();
  const auto tag = in.get_array<16>();
  assert(in.finish("statement"));  // Our own bytes.
  return place(signer, type, round, tag);
}

StatementPlace statement_place(const Message& message) {
  const auto [round, type, signer, tag] = statement_key(message);
  return place(signer, type, round, tag);
}

Bytes place_of(const StoredMessage& message) {
  Writer out;
  if (const auto* onboarding = std::get_if<Onboarding>(&message.message)) {
    out.put(onboarding->hotspot);
    out.put(onboarding->sequence);
  } else {
    out.put(round_of(message.message));
    out.put(static_cast<std::uint8_t>(type_of(message.message)));
  }
  out.put(message.id);
  return std::move(out).take();
}

Bytes round_key(Round round) {
  ShortWriter<sizeof round> out;
  out.put(round);
  return out.copy();
}

ShortWriter<32 + 8> sequence_key(const PublicKey& signer, std::uint64_t sequence) {
  ShortWriter<32 + 8> out;
  out.put(signer);
  out.put(sequence);
  return out;
}

Bytes tile_key(int level, std::uint64_t index) {
  ShortWriter<1 + sizeof index> out;
  out.put(static_cast<std::uint8_t>(level));
  out.put(index);
  return out.copy();
}

}  // namespace earshot::verifier
