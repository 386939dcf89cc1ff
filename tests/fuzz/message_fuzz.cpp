// links: core
// Bodies of every type: the first byte is the type, as in a batch.
#include <cassert>

#include "core/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  if (size == 0) return 0;
  const auto type = static_cast<MessageType>(data[0]);
  const ByteView body(data + 1, size - 1);
  const Result<Message> message = decode(type, body);
  if (!message) return 0;
  assert(type_of(*message) == type);
  const Bytes again = encode(*message);
  assert(std::equal(again.begin(), again.end(), body.begin(), body.end()));
  return 0;
}
