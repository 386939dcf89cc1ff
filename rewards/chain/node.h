// What Earshot asks of an EVM node, by name. One thread at a time; errors are json_rpc.h's.
#pragma once
#include <optional>

#include "core/bytes.h"
#include "core/hash.h"
#include "rewards/chain/json_rpc.h"
#include "rewards/chain/transaction.h"

namespace earshot::rewards::chain {

struct BlockHead {
  std::uint64_t number = 0;
  Hash256 hash{};
  std::uint64_t timestamp = 0;  // Unix seconds.
  Uint128 base_fee = 0;         // Per gas, in wei.
};

struct Receipt {
  Hash256 transaction{};
  std::uint64_t block_number = 0;
  Hash256 block_hash{};
  bool succeeded = false;
  std::uint64_t gas_used = 0;
  std::optional<EvmAddress> created;  // The contract, when the transaction made one.
};

// What a contract logged.
struct Event {
  std::vector<Hash256> topics;  // The first is the event's kind.
  Bytes data;
};

// Reads the answer to eth_getLogs. Pure; Errc::bad_data for what is none.
Result<std::vector<Event>> parse_events(const nlohmann::json& logs);

class Node {
 public:
  explicit Node(JsonRpc rpc) : rpc_(std::move(rpc)) {}
  // parse_endpoint's errors.
  static Result<Node> at(const std::string& url,
                         std::chrono::milliseconds timeout = std::chrono::seconds(30));

  Result<NetworkId> chain_id();
  Result<std::uint64_t> head_number();
  // The newest block that the chain's consensus will not take back.
  Result<std::uint64_t> finalized_number();
  // Nothing when there is no such block yet.
  Result<std::optional<Hash256>> block_hash(std::uint64_t number);
  Result<std::optional<BlockHead>> block(std::uint64_t number);
  Result<BlockHead> head();

  // The next nonce of `account`: after its transactions in finalized blocks, in any block, or after
  // those that wait, too.
  Result<std::uint64_t> finalized_nonce(const EvmAddress& account);
  Result<std::uint64_t> mined_nonce(const EvmAddress& account);
  Result<std::uint64_t> next_nonce(const EvmAddress& account);
  Result<Uint128> suggested_priority_fee();
  // `from` need not exist. A revert is Errc::check_failed with the contract's reason by name.
  Result<std::uint64_t> estimate_gas(const EvmAddress& from, const std::optional<EvmAddress>& to,
                                     ByteView data);
  // As of block `number`, or of the newest block.
  Result<Bytes> call(const EvmAddress& to, ByteView data,
                     std::optional<std::uint64_t> number = std::nullopt);
  // Every event that begins with the topic `kind` and that `contract` gave up to block `number`, in
  // order of the chain.
  Result<std::vector<Event>> events(const EvmAddress& contract, const Hash256& kind,
                                    std::uint64_t number);
  // Ok also when the node holds it already, or has one of its nonce in a block.
  Result<void> send(const SignedTransaction& transaction);
  // Nothing while the transaction is in no block.
  Result<std::optional<Receipt>> receipt(const Hash256& transaction);
  Result<bool> has_code(const EvmAddress& address);

  // Anything else, as the node names it.
  Result<nlohmann::json> request(const std::string& method, const nlohmann::json& parameters) {
    return rpc_.call(method, parameters);
  }
  const std::string& url() const { return rpc_.url(); }

 private:
  Result<std::uint64_t> ask_number(const std::string& method, const nlohmann::json& parameters);
  Result<std::optional<BlockHead>> ask_block(const std::string& tag);
  Result<nlohmann::json> ask_contract(const std::string& method, const nlohmann::json& parameters);

  JsonRpc rpc_;
};

}  // namespace earshot::rewards::chain
