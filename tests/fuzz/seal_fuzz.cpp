// links: core rewards verifier
#include <algorithm>
#include <cassert>

#include "verifier/judge.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView bytes(data, size);
  const Result<verifier::Seal> seal = verifier::decode_seal(bytes);
  if (!seal) return 0;
  assert(std::ranges::equal(verifier::encode(*seal), bytes));
  return 0;
}
