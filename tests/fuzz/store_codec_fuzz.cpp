// links: core verifier
// What the message store keeps, after whatever a disk may do to it: what is read is written back as
// it was. The first byte says which table it is from.
#include <cstdlib>

#include "core/compact_range.h"
#include "verifier/log/intake_log.h"
#include "verifier/store_codec.h"

namespace {

using earshot::Bytes;
using earshot::ByteView;

void same(ByteView read, const Bytes& written) {
  if (!std::equal(read.begin(), read.end(), written.begin(), written.end())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot::verifier;
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      if (const auto header = decode_stored_header({}, bytes)) same(bytes, encode_stored(*header));
      break;
    case 1:
      if (const auto stored = decode_stored_message({}, bytes)) same(bytes, encode_stored(*stored));
      break;
    case 2:
      if (const auto both = decode_equivocation(bytes)) same(bytes, encode_stored(*both));
      break;
    case 3:
      if (const auto entry = decode_log_entry(bytes)) same(bytes, encode(*entry));
      break;
    default:
      if (const auto frontier = LogFrontier::decode(bytes)) same(bytes, frontier->encode());
  }
  return 0;
}
