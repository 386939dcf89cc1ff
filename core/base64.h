// Base64 of RFC 4648 with padding (libsodium).
#pragma once
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace earshot {

std::string to_base64(ByteView bytes);
// Strict: no white space, full padding, no stray bits at the end. Errc::bad_data otherwise.
Result<Bytes> from_base64(std::string_view text);
// As from_base64, and 32 bytes.
Result<Hash256> hash_from_base64(std::string_view text);

}  // namespace earshot
