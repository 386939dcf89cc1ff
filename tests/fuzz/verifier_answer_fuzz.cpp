// links: hotspot
// What a verifier answers a hotspot: nothing in it may do more than be refused.
#include <cassert>

#include "hotspot/evidence_responder.h"
#include "hotspot/round_feed.h"
#include "hotspot/uploader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const std::string body(reinterpret_cast<const char*>(data), size);
  static_cast<void>(hotspot::parse_tasks(body));
  static_cast<void>(hotspot::parse_round(body));
  assert(hotspot::error_line(body).size() <= hotspot::kMaxDetailBytes);
  return 0;
}
