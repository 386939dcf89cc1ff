// Bytes of what a key-value store keeps. Only this program reads them; format 2 (rocks_store.cpp).
#pragma once
#include "verifier/store.h"

namespace earshot::verifier {

// Without the id, which is the key.
Bytes encode_stored(const StoredHeader& header);
Result<StoredHeader> decode_stored_header(const Hash256& id, ByteView bytes);

Bytes encode_stored(const StoredMessage& message);
Result<StoredMessage> decode_stored_message(const Hash256& id, ByteView bytes);

Bytes encode_stored(const Equivocation& equivocation);
Result<Equivocation> decode_equivocation(ByteView bytes);

// Keys: a report's or notice's place is round (8) | type (1) | id (32); an onboarding's is hotspot
// (32) | sequence (8) | id (32). Both sort as epoch records do.
Bytes place_of(const StoredMessage& message);
Bytes round_key(Round round);
// level (1) | index (8)
Bytes tile_key(int level, std::uint64_t index);

}  // namespace earshot::verifier
