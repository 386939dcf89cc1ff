#include "rewards/chain/json_rpc.h"

namespace earshot::rewards::chain {
namespace {

Error not_an_answer(const std::string& why) {
  return {Errc::bad_data, "node's answer is not JSON-RPC: " + why};
}

// Geth and anvil put the returned bytes in error.data; hardhat nests them once more.
Bytes revert_data(const nlohmann::json& error) {
  if (!error.contains("data")) return {};
  const nlohmann::json* data = &error["data"];
  if (data->is_object() && data->contains("data")) data = &(*data)["data"];
  if (!data->is_string()) return {};
  const Result<Bytes> bytes = from_hex(data->get_ref<const std::string&>());
  return bytes ? *bytes : Bytes{};
}

RpcRefusal refusal_of(const nlohmann::json& error) {
  RpcRefusal refusal;
  if (error.contains("code") && error["code"].is_number_integer()) {
    refusal.code = error["code"].get<std::int64_t>();
  }
  refusal.message = "no reason given";
  if (error.contains("message") && error["message"].is_string()) {
    refusal.message = error["message"].get<std::string>();
  }
  refusal.data = revert_data(error);
  return refusal;
}

}  // namespace

Result<RpcReply> parse_rpc_reply(std::string_view body, std::uint64_t id) {
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_discarded()) return fail(not_an_answer("no JSON"));
  if (!json.is_object()) return fail(not_an_answer("no object"));
  if (json.contains("error") && json["error"].is_object()) {
    return RpcReply{nullptr, refusal_of(json["error"])};
  }
  if (!json.contains("id") || !json["id"].is_number_unsigned() || json["id"] != id) {
    return fail(not_an_answer("id is not " + std::to_string(id)));
  }
  if (!json.contains("result")) return fail(not_an_answer("neither result nor error"));
  return RpcReply{json["result"], std::nullopt};
}

Result<Uint128> parse_quantity(const nlohmann::json& json) {
  constexpr std::size_t kMaxDigits = 32;
  const std::string text =
      json.is_string() ? json.get<std::string>()
                       : json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const auto refuse = [&] {
    return fail(Errc::bad_data, "node sent \"" + text.substr(0, 80) +
                                    "\", expected a quantity (0x and hexadecimal digits)");
  };
  if (!json.is_string() || !text.starts_with("0x") || text.size() < 3) return refuse();
  const std::string_view digits = std::string_view(text).substr(2);
  if (digits.size() > kMaxDigits || (digits.size() > 1 && digits[0] == '0')) return refuse();
  Uint128 value = 0;
  for (const char c : digits) {
    const bool decimal = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!decimal && !letter) return refuse();
    value = value << 4 | static_cast<unsigned>(decimal ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return value;
}

Result<std::uint64_t> parse_quantity64(const nlohmann::json& json) {
  const Result<Uint128> value = parse_quantity(json);
  if (!value) return fail(value.error());
  if (*value >> 64 != 0) return fail(Errc::bad_data, "node sent a quantity of more than 64 bits");
  return static_cast<std::uint64_t>(*value);
}

std::string to_quantity(Uint128 value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdef"[static_cast<unsigned>(value & 15)]);
    value >>= 4;
  } while (value != 0);
  return "0x" + digits;
}

Result<RpcReply> JsonRpc::ask(const std::string& method, const nlohmann::json& parameters) {
  const std::uint64_t id = ++last_id_;
  const nlohmann::json request = {
      {"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", parameters}};
  const Result<HttpReply> answer = http_post_json(endpoint_, request.dump(), timeout_);
  if (!answer) {
    return fail(Errc::unavailable,
                "node at " + url() + " does not answer: " + answer.error().detail);
  }
  // Some nodes answer an RPC error with status 4xx or 5xx and a JSON-RPC body: the body decides.
  if (answer->body.empty()) {
    return fail(Errc::unavailable,
                "node at " + url() + " does not answer: HTTP " + std::to_string(answer->status));
  }
  Result<RpcReply> reply = parse_rpc_reply(answer->body, id);
  if (!reply) return fail(Errc::bad_data, url() + ", " + method + ": " + reply.error().detail);
  return reply;
}

Result<nlohmann::json> JsonRpc::result_of(const std::string& method, Result<RpcReply> reply) const {
  if (!reply) return fail(reply.error());
  if (reply->refusal) {
    return fail(Errc::check_failed,
                "node at " + url() + " refuses " + method + ": " + reply->refusal->message);
  }
  return std::move(reply->result);
}

Result<nlohmann::json> JsonRpc::call(const std::string& method, const nlohmann::json& parameters) {
  return result_of(method, ask(method, parameters));
}

Result<nlohmann::json> JsonRpc::call_either(const std::string& method,
                                            const std::string& other_name,
                                            const nlohmann::json& parameters) {
  constexpr std::int64_t kNoSuchMethod = -32'601;  // Given: JSON-RPC 2.0, section 5.1.
  Result<RpcReply> reply = ask(method, parameters);
  const bool is_unknown = reply && reply->refusal && reply->refusal->code == kNoSuchMethod;
  return is_unknown ? call(other_name, parameters) : result_of(method, std::move(reply));
}

}  // namespace earshot::rewards::chain
