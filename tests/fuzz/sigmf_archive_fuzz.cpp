// links: radio
// Archives that anybody may have written: refused, or members that lie within the archive.
#include <cassert>

#include "radio/iq/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const auto members = radio::list_archive(ByteView(data, size), "fuzz");
  if (!members) {
    assert(!members.error().detail.empty());
    return 0;
  }
  for (const radio::ArchiveMember& member : *members) {
    assert(member.offset <= size && member.size <= size - member.offset);
    assert(!member.name.empty() && member.name[0] != '/');
  }
  return 0;
}
