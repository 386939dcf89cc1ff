#include "core/posting.h"

#include <cassert>
#include <nlohmann/json.hpp>

#include "core/message_json.h"

namespace earshot {
namespace {

Result<Posted> posted(Result<SignedHeader> header) {
  if (!header) return fail(header.error());
  return Posted(*header);
}
Result<Posted> posted(Result<Batch> batch) {
  if (!batch) return fail(batch.error());
  return Posted(*std::move(batch));
}

Result<Posted> decode_item(std::uint8_t type, ByteView bytes) {
  switch (static_cast<PostedType>(type)) {
    case PostedType::header:
      return posted(decode_signed_header(bytes));
    case PostedType::batch:
      return posted(decode_batch(bytes));
  }
  return fail(Errc::bad_data, "type " + std::to_string(type) + ", expected 1 or 2");
}

Result<Posted> item_from_json(const nlohmann::json& json) {
  if (json.is_object() && json.contains("messages")) return posted(batch_from_json(json));
  return posted(signed_header_from_json(json));
}

Error in_item(std::size_t number, const Error& error) {
  return {error.code, "item " + std::to_string(number) + ": " + error.detail};
}
Error too_many() {
  return {Errc::bad_data, "more than " + std::to_string(kMaxPostedItems) + " items in one request"};
}
Error none() { return {Errc::bad_data, "no item in the request"}; }

}  // namespace

void add_posted(Bytes& request, PostedType type, ByteView bytes) {
  assert(bytes.size() <= UINT32_MAX);
  Writer prefix;
  prefix.put(static_cast<std::uint8_t>(type));
  prefix.put(static_cast<std::uint32_t>(bytes.size()));
  request.insert(request.end(), prefix.bytes().begin(), prefix.bytes().end());
  request.insert(request.end(), bytes.begin(), bytes.end());
}

Result<std::vector<Posted>> decode_posting(ByteView request) {
  std::vector<Posted> items;
  items.reserve(2);  // A header and the body of an earlier one, as a rule.
  Reader in(request);
  while (in.left() > 0) {
    if (items.size() == kMaxPostedItems) return fail(too_many());
    const std::size_t at = in.offset();
    const auto type = in.get<std::uint8_t>();
    const auto length = in.get<std::uint32_t>();
    const ByteView bytes = in.get_bytes(length);
    if (in.failed()) {
      return fail(in_item(items.size(), {Errc::bad_data, "at offset " + std::to_string(at) +
                                                             ", is longer than the request"}));
    }
    Result<Posted> item = decode_item(type, bytes);
    if (!item) return fail(in_item(items.size(), item.error()));
    items.push_back(*std::move(item));
  }
  if (items.empty()) return fail(none());
  return items;
}

Result<std::vector<Posted>> posting_from_json(const nlohmann::json& json) {
  if (!json.is_array()) return fail(Errc::bad_data, "expected an array of headers and batches");
  if (json.empty()) return fail(none());
  if (json.size() > kMaxPostedItems) return fail(too_many());
  std::vector<Posted> items;
  for (const nlohmann::json& one : json) {
    Result<Posted> item = item_from_json(one);
    if (!item) return fail(in_item(items.size(), item.error()));
    items.push_back(*std::move(item));
  }
  return items;
}

}  // namespace earshot
