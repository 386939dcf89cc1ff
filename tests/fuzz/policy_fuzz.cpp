// links: core rewards
#include <cassert>

#include "rewards/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Result<rewards::Policy> policy = rewards::parse_policy(text, "fuzz.toml");
  if (!policy) return 0;
  assert(rewards::parse_policy(rewards::policy_to_toml(*policy), "again.toml").value() == *policy);
  static_cast<void>(rewards::policy_hash(*policy));
  return 0;
}
