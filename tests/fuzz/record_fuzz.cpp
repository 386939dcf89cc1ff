// links: core rewards verifier
#include <algorithm>
#include <cassert>

#include "verifier/judge.h"

// What anybody may publish as an epoch's record: it decodes to what encodes to the same bytes, and
// judging it ends in an outcome or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView bytes(data, size);
  Result<verifier::EpochRecord> record = verifier::decode_record(bytes);
  if (!record) return 0;
  assert(std::ranges::equal(verifier::encode(*record), bytes));
  rewards::Policy policy;  // As in make_corpus.cpp, so that its records are judged to the end.
  policy.epoch_rounds = 12;
  policy.sortition.window_rounds = 4;
  policy.audit_share_ppm = 1'000'000;
  record->policy = rewards::policy_hash(policy);
  static_cast<void>(verifier::judge_epoch(*record, policy));
  return 0;
}
