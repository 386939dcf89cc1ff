// links: core
#include <cassert>

#include "core/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView bytes(data, size);
  const Result<SignedHeader> header = decode_signed_header(bytes);
  if (!header) return 0;
  const Bytes again = encode(*header);
  assert(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  static_cast<void>(is_signed_by_its_signer(31337, *header));
  return 0;
}
