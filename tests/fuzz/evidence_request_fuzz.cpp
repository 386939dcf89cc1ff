// links: core radio rewards verifier
#include <cassert>

#include "verifier/evidence_request.h"

// What reaches the measuring process: an answer of the right form or an error, never more.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const Result<Bytes> answer = verifier::answer_request({data, size});
  if (answer && data[0] == 1) {
    const auto audit = verifier::read_audit_answer({}, *answer);
    assert(audit);
  }
  if (answer && data[0] == 2)
    assert(answer->size() == std::size_t{4} * data[1] * (data[1] - 1U) / 2);
  return 0;
}
