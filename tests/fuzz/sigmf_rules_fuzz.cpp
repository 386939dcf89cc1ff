// links: radio
// The check of SigMF's rules over any JSON: never more than violations, and none without words.
#include <cassert>

#include "radio/iq/json_fields.h"
#include "radio/iq/sigmf_rules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot::radio;
  const auto root = parse_json({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!root) return 0;
  for (const Violation& violation : check_collection_rules(*root)) assert(!violation.what.empty());
  const auto found = check_meta_rules(*root);
  for (const Violation& violation : found) assert(!violation.what.empty());
  if (found.empty()) static_cast<void>(check_dataset_rules(*root, 1000, "d.sigmf-data"));
  return 0;
}
