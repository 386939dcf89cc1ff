// POST /v1/messages: signed headers and batches, any of either in one request, one after another;
// each is type (1), length (4), and the bytes that /v1/headers or /v1/bodies takes for one
// (core/messages.h). In JSON an array of what those two take, told apart by the key "messages".
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <variant>

#include "core/messages.h"

namespace earshot {

enum class PostedType : std::uint8_t { header = 1, batch = 2 };
inline constexpr std::size_t kPostedPrefixBytes = 1 + 4;
// In one request. Chosen: two hours of a hotspot that hears a beacon in each minute.
inline constexpr std::size_t kMaxPostedItems = 256;

using Posted = std::variant<SignedHeader, Batch>;

// Puts one item behind those that `request` has.
void add_posted(Bytes& request, PostedType type, ByteView bytes);

// 1 to kMaxPostedItems items, in order. Errc::bad_data names the first that is not as it should be.
Result<std::vector<Posted>> decode_posting(ByteView request);
Result<std::vector<Posted>> posting_from_json(const nlohmann::json& json);

}  // namespace earshot
