// Batches of messages and the headers that sign them.
#include <algorithm>
#include <cassert>

#include "core/merkle.h"
#include "core/messages.h"

namespace earshot {
namespace {

constexpr std::size_t kMaxBatchMessages = 65'535;  // BatchHeader::count.

// RFC 6962 over the ids: an id is an entry of the tree, so it is hashed once more as a leaf.
Hash256 root_of(NetworkId network, std::span<const Message> messages) {
  std::vector<Hash256> leaves;
  leaves.reserve(messages.size());
  for (const Message& message : messages) {
    leaves.push_back(merkle_leaf(message_id(network, message)));
  }
  return merkle_root(leaves);
}

std::string at(std::size_t offset) {
  return "batch, message at offset " + std::to_string(offset) + ": ";
}

// First and last round of at least one message.
std::pair<Round, Round> rounds_of(std::span<const Message> messages) {
  Round first = round_of(messages.front());
  Round last = first;
  for (const Message& message : messages) {
    first = std::min(first, round_of(message));
    last = std::max(last, round_of(message));
  }
  return {first, last};
}

}  // namespace

Bytes encode(const Batch& batch) {
  Writer writer;
  writer.put(ByteView(batch.header));
  for (const Message& message : batch.messages) {
    writer.put(static_cast<std::uint8_t>(type_of(message)));
    writer.put(ByteView(encode(message)));
  }
  return std::move(writer).take();
}

Result<Batch> decode_batch(ByteView bytes) {
  Reader reader(bytes);
  Batch batch;
  batch.header = reader.get_array<32>();
  while (!reader.failed() && reader.left() > 0) {
    const std::size_t offset = reader.offset();
    if (batch.messages.size() == kMaxBatchMessages) {
      return fail(Errc::bad_data, at(offset) + "a batch holds at most 65535 messages");
    }
    const auto type = static_cast<MessageType>(reader.get<std::uint8_t>());
    // The rest when too little is left: decode says what is missing.
    const std::size_t size = std::min(body_size(type), reader.left());
    Result<Message> message = decode(type, reader.get_bytes(size));
    if (!message) return fail(message.error().code, at(offset) + message.error().detail);
    // Most batches are of one type.
    if (batch.messages.empty()) batch.messages.reserve(1 + reader.left() / (1 + size));
    batch.messages.push_back(std::move(*message));
  }
  if (Result<void> whole = reader.finish("batch"); !whole) return fail(whole.error());
  if (batch.messages.empty()) return fail(Errc::bad_data, "batch: holds no message");
  return batch;
}

SignedHeader sign_batch(NetworkId network, const SigningKey& key, std::uint64_t sequence,
                        const Hash256& previous, std::span<const Message> messages) {
  assert(!messages.empty() && messages.size() <= kMaxBatchMessages);
  const auto [first, last] = rounds_of(messages);
  SignedHeader header;
  header.header = {.signer = key.public_key,
                   .first_round = first,
                   .sequence = sequence,
                   .previous = previous,
                   .last_round = last,
                   .count = static_cast<std::uint32_t>(messages.size()),
                   .root = root_of(network, messages)};
  header.signature = sign(key, header_id(network, header.header));
  return header;
}

Result<void> check_batch(NetworkId network, const SignedHeader& signed_header, const Batch& batch) {
  const BatchHeader& header = signed_header.header;
  const auto refuse = [](std::string what) { return fail(Errc::bad_data, "batch: " + what); };
  if (batch.header != header_id(network, header)) {
    return refuse("names header " + to_hex(batch.header) + ", which is another one");
  }
  if (batch.messages.size() != header.count) {
    return refuse("holds " + std::to_string(batch.messages.size()) + " messages, its header says " +
                  std::to_string(header.count));
  }
  if (batch.messages.empty()) return refuse("holds no message");
  for (const Message& message : batch.messages) {
    if (signer_of(message) != header.signer) {
      return refuse("holds a message of " + to_hex(signer_of(message)) + ", its header is of " +
                    to_hex(header.signer));
    }
  }
  const auto [first, last] = rounds_of(batch.messages);
  if (first != header.first_round || last != header.last_round) {
    return refuse("holds rounds " + std::to_string(first) + " to " + std::to_string(last) +
                  ", its header says " + std::to_string(header.first_round) + " to " +
                  std::to_string(header.last_round));
  }
  if (root_of(network, batch.messages) != header.root) {
    return refuse("its messages are not those of the header's root");
  }
  return {};
}

}  // namespace earshot
