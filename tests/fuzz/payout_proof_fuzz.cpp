// links: core rewards
// A proof file from anybody: refused, or one that leads to its own root and is written back the
// same. And the logs that a node sends.
#include <cstdlib>

#include "rewards/chain/payout_proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot::rewards;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto proof = chain::payout_proof_from_json(text)) {
    if (!verify_payout(proof->claim.leaf, proof->claim.proof, proof->root)) std::abort();
    if (!chain::payout_proof_from_json(chain::payout_proof_to_json(*proof))) std::abort();
  }
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (const auto events = chain::parse_events(json)) {
    for (const chain::Event& event : *events) {
      if (event.topics.empty()) std::abort();
    }
  }
  return 0;
}
