// links: core rewards
#include <cassert>

#include "rewards/epoch_rewards.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const ByteView bytes(data, size);
  const Result<rewards::Artifact> artifact = rewards::decode_artifact(bytes);
  if (!artifact) return 0;
  const Bytes again = rewards::encode(*artifact);
  assert(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  static_cast<void>(rewards::rewards_root(*artifact));
  return 0;
}
