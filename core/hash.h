// SHA-256 (OpenSSL, which uses the CPU's instructions) and the ids of messages.
#pragma once
#include <initializer_list>
#include <string_view>

#include "core/bytes.h"

namespace earshot {

// Which network a message is for: the chain id of the EVM chain that its rewards settle on.
using NetworkId = std::uint64_t;

Hash256 sha256(ByteView bytes);
// Of several parts one after another, without copying them together.
Hash256 sha256(std::initializer_list<ByteView> parts);

// SHA-256("earshot/v1/" || type || 0x00 || network id, 8 bytes || body): DESIGN section 4.
Hash256 message_id(std::string_view type, NetworkId network, ByteView body);

}  // namespace earshot
