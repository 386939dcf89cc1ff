// links: core
#include <cassert>

#include "core/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView bytes(data, size);
  const Result<Batch> batch = decode_batch(bytes);
  if (!batch) return 0;
  const Bytes again = encode(*batch);
  assert(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  const bool matches_nothing = !check_batch(31337, SignedHeader{}, *batch);
  assert(matches_nothing);
  static_cast<void>(matches_nothing);
  return 0;
}
