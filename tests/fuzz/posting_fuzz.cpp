// links: core
#include <cstdlib>

#include "core/posting.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView bytes(data, size);
  const Result<std::vector<Posted>> items = decode_posting(bytes);
  if (!items) return 0;
  Bytes again;
  for (const Posted& item : *items) {
    if (const auto* header = std::get_if<SignedHeader>(&item)) {
      add_posted(again, PostedType::header, encode(*header));
    } else {
      add_posted(again, PostedType::batch, encode(std::get<Batch>(item)));
    }
  }
  if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) std::abort();
  return 0;
}
