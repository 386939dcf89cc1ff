// links: core
// JSON of the HTTP API: messages, headers and batches.
#include <cassert>
#include <nlohmann/json.hpp>

#include "core/message_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const auto json = parse_json({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  if (const auto message = message_from_json(*json)) {
    assert(message_from_json(to_json(*message)).value() == *message);
    assert(decode(type_of(*message), encode(*message)).value() == *message);
  }
  if (const auto header = signed_header_from_json(*json)) {
    assert(decode_signed_header(encode(*header)).value() == *header);
  }
  if (const auto batch = batch_from_json(*json)) {
    assert(decode_batch(encode(*batch)).value() == *batch);
  }
  return 0;
}
