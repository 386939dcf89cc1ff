// links: core rewards verifier
#include <algorithm>
#include <cassert>

#include "verifier/explain.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView bytes(data, size);
  const Result<verifier::Verdict> verdict = verifier::decode_verdict(bytes);
  if (!verdict) return 0;
  assert(std::ranges::equal(verifier::encode(*verdict), bytes));
  assert(!verifier::explain(*verdict).empty());
  return 0;
}
