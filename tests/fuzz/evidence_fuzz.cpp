// links: core
#include <cassert>

#include "core/messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView bytes(data, size);
  const Result<std::vector<EvidenceChunk>> chunks = decode_evidence(bytes);
  if (!chunks) return 0;
  const Bytes again = encode(*chunks);
  assert(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  std::uint64_t total = 0;
  for (const EvidenceChunk& chunk : *chunks) total += chunk.bytes.size();
  if (const Result<Bytes> snippet = join_evidence(*chunks, Hash256{}, total)) {
    assert(snippet->size() == total);
  }
  return 0;
}
