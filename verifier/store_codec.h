// Bytes of what a key-value store keeps. Only this program reads them; format 4 (rocks_store.h).
#pragma once
#include "core/short_writer.h"
#include "verifier/store.h"

namespace earshot::verifier {

// Without the id, which is the key.
Bytes encode_stored(const StoredHeader& header);
void append_stored(Bytes& out, const StoredHeader& header);  // The same behind what is there.
Result<StoredHeader> decode_stored_header(const Hash256& id, ByteView bytes);

Bytes encode_stored(const StoredMessage& message);
void append_stored(Bytes& out, const StoredMessage& message);  // The same behind what is there.
Result<StoredMessage> decode_stored_message(const Hash256& id, ByteView bytes);

Bytes encode_stored(const Equivocation& equivocation);
Result<Equivocation> decode_equivocation(ByteView bytes);

// Keys that sort as epoch records do: of a report or notice round (8) | type (1) | id (32), of an
// onboarding hotspot (32) | sequence (8) | id (32).
Bytes place_of(const StoredMessage& message);
// Keys that say whether a statement was made (statement_bytes): of a report or notice round (8) |
// kind (1) | signer (32) | tag (16), of an onboarding hotspot (32) | sequence (8). A message that
// contradicts the one there stands behind it, under the key and its id (32).
inline constexpr std::size_t kReportPlaceBytes = 8 + 1 + 32 + 16;
inline constexpr std::size_t kOnboardingPlaceBytes = 32 + 8;
using StatementPlace = ShortWriter<kReportPlaceBytes + 32>;  // Room for the id.
StatementPlace statement_place(ByteView statement);
StatementPlace statement_place(const Message& message);
Bytes round_key(Round round);
// signer (32) | sequence (8)
ShortWriter<32 + 8> sequence_key(const PublicKey& signer, std::uint64_t sequence);
// level (1) | index (8)
Bytes tile_key(int level, std::uint64_t index);

}  // namespace earshot::verifier
