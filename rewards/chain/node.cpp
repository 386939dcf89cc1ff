#include "rewards/chain/node.h"

#include "rewards/chain/contract_artifact.h"

namespace earshot::rewards::chain {
namespace {

using nlohmann::json;

std::string to_json_hex(ByteView bytes) { return "0x" + to_hex(bytes); }

// json[key] as a string; empty when it is none.
std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

json value_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? json() : *found;
}

Result<BlockHead> parse_block(const json& object) {
  if (!object.is_object()) return fail(Errc::bad_data, "node sent a block that is no object");
  const Result<std::uint64_t> number = parse_quantity64(value_of(object, "number"));
  if (!number) return fail(number.error());
  const Result<Hash256> hash = array_from_hex<32>(text_of(object, "hash"));
  if (!hash) return fail(Errc::bad_data, "node sent a block hash: " + hash.error().detail);
  const Result<std::uint64_t> timestamp = parse_quantity64(value_of(object, "timestamp"));
  if (!timestamp) return fail(timestamp.error());
  const Result<Uint128> base_fee = parse_quantity(value_of(object, "baseFeePerGas"));
  if (!base_fee) return fail(base_fee.error());
  return BlockHead{*number, *hash, *timestamp, *base_fee};
}

Result<Receipt> parse_receipt(const json& object) {
  if (!object.is_object()) return fail(Errc::bad_data, "node sent a receipt that is no object");
  Receipt receipt;
  const Result<Hash256> transaction = array_from_hex<32>(text_of(object, "transactionHash"));
  const Result<Hash256> block = array_from_hex<32>(text_of(object, "blockHash"));
  const Result<std::uint64_t> number = parse_quantity64(value_of(object, "blockNumber"));
  const Result<std::uint64_t> status = parse_quantity64(value_of(object, "status"));
  const Result<std::uint64_t> gas = parse_quantity64(value_of(object, "gasUsed"));
  if (!transaction || !block || !number || !status || !gas) {
    return fail(Errc::bad_data, "node sent a receipt that lacks a hash, block, status or gas");
  }
  receipt = {*transaction, *number, *block, *status == 1, *gas, std::nullopt};
  if (const Result<EvmAddress> made = array_from_hex<20>(text_of(object, "contractAddress"))) {
    receipt.created = *made;
  }
  return receipt;
}

}  // namespace

Result<std::vector<Event>> parse_events(const json& logs) {
  if (!logs.is_array()) return fail(Errc::bad_data, "node sent logs that are no array");
  std::vector<Event> events;
  for (const json& log : logs) {
    const json topics = log.is_object() ? value_of(log, "topics") : json();
    const Result<Bytes> data = from_hex(log.is_object() ? text_of(log, "data") : std::string());
    if (!topics.is_array() || topics.empty() || !data) {
      return fail(Errc::bad_data, "node sent a log without topics or data");
    }
    Event event{.topics = {}, .data = *data};
    for (const json& item : topics) {
      const Result<Hash256> topic =
          array_from_hex<32>(item.is_string() ? item.get<std::string>() : std::string());
      if (!topic) return fail(Errc::bad_data, "node sent a topic: " + topic.error().detail);
      event.topics.push_back(*topic);
    }
    events.push_back(std::move(event));
  }
  return events;
}

Result<Node> Node::at(const std::string& url, std::chrono::milliseconds timeout) {
  Result<Endpoint> endpoint = parse_endpoint(url);
  if (!endpoint) return fail(endpoint.error());
  return Node(JsonRpc(std::move(*endpoint), timeout));
}

Result<std::uint64_t> Node::ask_number(const std::string& method, const json& parameters) {
  const Result<json> answer = rpc_.call(method, parameters);
  if (!answer) return fail(answer.error());
  return parse_quantity64(*answer);
}

Result<std::optional<BlockHead>> Node::ask_block(const std::string& tag) {
  const Result<json> answer = rpc_.call("eth_getBlockByNumber", json::array({tag, false}));
  if (!answer) return fail(answer.error());
  if (answer->is_null()) return std::optional<BlockHead>();
  const Result<BlockHead> head = parse_block(*answer);
  if (!head) return fail(head.error());
  return std::optional<BlockHead>(*head);
}

// Refusals with a reason of the contract's are told in its own words.
Result<json> Node::ask_contract(const std::string& method, const json& parameters) {
  Result<RpcReply> reply = rpc_.ask(method, parameters);
  if (!reply) return fail(reply.error());
  if (!reply->refusal) return std::move(reply->result);
  const RpcRefusal& refusal = *reply->refusal;
  if (refusal.data.empty()) {
    return fail(Errc::check_failed,
                "node at " + url() + " refuses " + method + ": " + refusal.message);
  }
  return fail(Errc::check_failed, "contract refuses: " + describe_revert(refusal.data));
}

Result<NetworkId> Node::chain_id() { return ask_number("eth_chainId", json::array()); }

Result<std::uint64_t> Node::head_number() { return ask_number("eth_blockNumber", json::array()); }

Result<std::uint64_t> Node::finalized_number() {
  const Result<std::optional<BlockHead>> block = ask_block("finalized");
  if (!block) return fail(block.error());
  // A chain that has finalized nothing yet has its genesis.
  return *block ? (*block)->number : 0;
}

Result<std::optional<BlockHead>> Node::block(std::uint64_t number) {
  return ask_block(to_quantity(number));
}

Result<std::optional<Hash256>> Node::block_hash(std::uint64_t number) {
  const Result<std::optional<BlockHead>> found = block(number);
  if (!found) return fail(found.error());
  return *found ? std::optional<Hash256>((*found)->hash) : std::optional<Hash256>();
}

Result<BlockHead> Node::head() {
  const Result<std::optional<BlockHead>> block = ask_block("latest");
  if (!block) return fail(block.error());
  if (!*block) return fail(Errc::bad_data, "node at " + url() + " has no latest block");
  return **block;
}

Result<std::uint64_t> Node::mined_nonce(const EvmAddress& account) {
  return ask_number("eth_getTransactionCount", json::array({to_json_hex(account), "latest"}));
}

Result<std::uint64_t> Node::finalized_nonce(const EvmAddress& account) {
  const Result<std::uint64_t> number = finalized_number();
  if (!number) return fail(number.error());
  // By number: not every node takes the tag here at its word.
  return ask_number("eth_getTransactionCount",
                    json::array({to_json_hex(account), to_quantity(*number)}));
}

Result<std::uint64_t> Node::next_nonce(const EvmAddress& account) {
  return ask_number("eth_getTransactionCount", json::array({to_json_hex(account), "pending"}));
}

Result<Uint128> Node::suggested_priority_fee() {
  const Result<json> answer = rpc_.call("eth_maxPriorityFeePerGas", json::array());
  if (!answer) return fail(answer.error());
  return parse_quantity(*answer);
}

Result<std::uint64_t> Node::estimate_gas(const EvmAddress& from,
                                         const std::optional<EvmAddress>& to, ByteView data) {
  json transaction = {{"from", to_json_hex(from)}, {"data", to_json_hex(data)}};
  if (to) transaction["to"] = to_json_hex(*to);
  const Result<json> answer = ask_contract("eth_estimateGas", json::array({transaction}));
  if (!answer) return fail(answer.error());
  return parse_quantity64(*answer);
}

Result<Bytes> Node::call(const EvmAddress& to, ByteView data, std::optional<std::uint64_t> number) {
  const json transaction = {{"to", to_json_hex(to)}, {"data", to_json_hex(data)}};
  const std::string tag = number ? to_quantity(*number) : "latest";
  const Result<json> answer = ask_contract("eth_call", json::array({transaction, tag}));
  if (!answer) return fail(answer.error());
  if (!answer->is_string()) return fail(Errc::bad_data, "node sent a call's result without bytes");
  return from_hex(answer->get_ref<const std::string&>());
}

Result<std::vector<Event>> Node::events(const EvmAddress& contract, const Hash256& kind,
                                        std::uint64_t number) {
  const json filter = {{"address", to_json_hex(contract)},
                       {"fromBlock", "0x0"},
                       {"toBlock", to_quantity(number)},
                       {"topics", json::array({to_json_hex(kind)})}};
  const Result<json> answer = rpc_.call("eth_getLogs", json::array({filter}));
  if (!answer) return fail(answer.error());
  return parse_events(*answer);
}

Result<void> Node::send(const SignedTransaction& transaction) {
  const Result<RpcReply> reply =
      rpc_.ask("eth_sendRawTransaction", json::array({to_json_hex(transaction.raw)}));
  if (!reply) return fail(reply.error());
  if (!reply->refusal) return {};
  const std::string& message = reply->refusal->message;
  // Nodes agree on the words ("already known", "already imported"; "nonce too low"), not on a code.
  for (const char* words : {"already", "nonce too low", "Nonce too low"}) {
    if (message.find(words) != std::string::npos) return {};
  }
  return fail(Errc::check_failed, "node at " + url() + " refuses the transaction: " + message);
}

Result<std::optional<Receipt>> Node::receipt(const Hash256& transaction) {
  const Result<json> answer =
      rpc_.call("eth_getTransactionReceipt", json::array({to_json_hex(transaction)}));
  if (!answer) return fail(answer.error());
  if (answer->is_null()) return std::optional<Receipt>();
  const Result<Receipt> receipt = parse_receipt(*answer);
  if (!receipt) return fail(receipt.error());
  return std::optional<Receipt>(*receipt);
}

Result<bool> Node::has_code(const EvmAddress& address) {
  const Result<json> answer =
      rpc_.call("eth_getCode", json::array({to_json_hex(address), "latest"}));
  if (!answer) return fail(answer.error());
  return answer->is_string() && answer->get_ref<const std::string&>().size() > 2;
}

}  // namespace earshot::rewards::chain
