// JSON-RPC 2.0 over HTTP/1.1 to a node, one exchange per connection, synchronous with a deadline.
// A JsonRpc serves one thread at a time.
#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/fixed.h"
#include "rewards/chain/http.h"

namespace earshot::rewards::chain {

// The node took the question and said no.
struct RpcRefusal {
  std::int64_t code = 0;
  std::string message;
  Bytes data;  // What a reverted call returned, when the node says so.
};
struct RpcReply {
  nlohmann::json result;
  std::optional<RpcRefusal> refusal;  // Then `result` is null.
};
// Reads the answer to request `id`. Pure; never throws. Errc::bad_data for anything but a JSON-RPC
// answer.
Result<RpcReply> parse_rpc_reply(std::string_view body, std::uint64_t id);

// "0x1f" as nodes write numbers: digits without leading zeros, below 2^128. Errc::bad_data
// otherwise.
Result<Uint128> parse_quantity(const nlohmann::json& json);
Result<std::uint64_t> parse_quantity64(const nlohmann::json& json);
std::string to_quantity(Uint128 value);

class JsonRpc {
 public:
  explicit JsonRpc(Endpoint endpoint, std::chrono::milliseconds timeout = std::chrono::seconds(30))
      : endpoint_(std::move(endpoint)), timeout_(timeout) {}

  // Errc::unavailable "node at URL does not answer: ..." when there is no answer in time;
  // Errc::bad_data when what comes is no answer.
  Result<RpcReply> ask(const std::string& method, const nlohmann::json& parameters);
  // As above; a refusal is an error too: Errc::check_failed with the node's message.
  Result<nlohmann::json> call(const std::string& method, const nlohmann::json& parameters);
  // As call, and the second name for one who does not know the first (code -32601).
  Result<nlohmann::json> call_either(const std::string& method, const std::string& other_name,
                                     const nlohmann::json& parameters);
  const std::string& url() const { return endpoint_.url; }

 private:
  Result<nlohmann::json> result_of(const std::string& method, Result<RpcReply> reply) const;

  Endpoint endpoint_;
  std::chrono::milliseconds timeout_;
  std::uint64_t last_id_ = 0;
};

}  // namespace earshot::rewards::chain
