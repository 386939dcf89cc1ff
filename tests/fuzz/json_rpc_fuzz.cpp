// links: rewards
// Whatever a node answers: read or refused, never thrown at, and every number that is read is
// written back as it was.
#include <cstdlib>
#include <string_view>

#include "rewards/chain/journal.h"
#include "rewards/chain/json_rpc.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot::rewards::chain;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto reply = parse_rpc_reply(text, 1);
  if (reply && !reply->refusal) {
    const auto number = parse_quantity(reply->result);
    if (number && *parse_quantity(nlohmann::json(to_quantity(*number))) != *number) std::abort();
  }
  if (const auto number = parse_quantity(nlohmann::json(text))) {
    if (to_quantity(*number).size() != text.size()) std::abort();
  }
  if (const auto endpoint = parse_endpoint(text)) {
    if (endpoint->host.empty() || endpoint->target.front() != '/') std::abort();
  }
  if (const auto journal = journal_from_json(text)) {
    if (!journal_from_json(journal_to_json(*journal))) std::abort();
  }
  return 0;
}
