// What the outbox's journal holds, one record per event; replaying them gives its state.
//
// First byte: the event. Then, big-endian:
//   base      next sequence (8), id of the last header (32), last onboarding's number (8)
//   added     type (1), body: a message that waits to be signed
//   signed    header with signature (kSignedHeaderBytes), batch as it is posted
//   progress  sequence (8), state (1), HTTP status (2), the verifier's line (the rest)
#pragma once
#include <variant>

#include "core/messages.h"

namespace earshot::hotspot {

enum class BatchState : std::uint8_t {
  waiting = 0,      // Header not yet acknowledged.
  header_sent = 1,  // Header acknowledged, body not.
  delivered = 2,    // Both acknowledged.
  refused = 3,      // The verifier said no; not tried again.
  abandoned = 4,    // Nobody answered for too long.
};

struct OutboxBase {
  std::uint64_t next_sequence = 1;
  Hash256 previous{};
  std::uint64_t last_onboarding = 0;
  bool operator==(const OutboxBase&) const = default;
};
struct OutboxAdded {
  Message message;
  bool operator==(const OutboxAdded&) const = default;
};
struct OutboxSigned {
  SignedHeader header;
  Batch batch;
  bool operator==(const OutboxSigned&) const = default;
};
struct OutboxProgress {
  std::uint64_t sequence = 0;
  BatchState state = BatchState::waiting;
  std::uint16_t status = 0;
  std::string detail;  // At most kMaxDetailBytes.
  bool operator==(const OutboxProgress&) const = default;
};
using OutboxRecord = std::variant<OutboxBase, OutboxAdded, OutboxSigned, OutboxProgress>;

inline constexpr std::size_t kMaxDetailBytes = 300;

Bytes encode(const OutboxRecord& record);
// Errc::bad_data for anything that encode() does not write.
Result<OutboxRecord> decode_outbox_record(ByteView bytes);

}  // namespace earshot::hotspot
