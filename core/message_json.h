// Messages as JSON, for people and for the HTTP API: a rendering of the canonical bytes, never
// signed. Keys are the members' names, byte strings are lower-case hex (owner and owner_signature
// with 0x, as Ethereum's tools write them; reading takes both), enumerations are their names,
// 64-bit integers are decimal strings (JavaScript loses bits above 2^53; reading takes numbers
// too); position is {x_mm, y_mm, z_mm}.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "core/messages.h"

namespace earshot {

// Reads outside text. Refuses what is no JSON, repeated keys, and nesting deeper than 32: one
// Errc::bad_data line, no exception. The functions below take what it gave.
Result<nlohmann::json> parse_json(std::string_view text);

nlohmann::json to_json(const Message& message);  // With "type".
// Refuses unknown and missing keys and values out of range: Errc::bad_data names the key.
Result<Message> message_from_json(const nlohmann::json& json);

nlohmann::json to_json(const SignedHeader& header);
Result<SignedHeader> signed_header_from_json(const nlohmann::json& json);
nlohmann::json to_json(const Batch& batch);
Result<Batch> batch_from_json(const nlohmann::json& json);

}  // namespace earshot
