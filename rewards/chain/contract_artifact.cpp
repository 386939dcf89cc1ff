#include "rewards/chain/contract_artifact.h"

#include <cassert>
#include <nlohmann/json.hpp>

#include "rewards/chain/abi.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

using nlohmann::json;
constexpr std::size_t kSelectorBytes = 4;

std::string signature_of(const json& entry) {
  std::string signature = entry["name"].get<std::string>() + "(";
  for (const json& input : entry["inputs"]) {
    if (signature.back() != '(') signature += ',';
    signature += input["type"].get<std::string>();
  }
  return signature + ")";
}

std::string describe_word(const std::string& type, const Word& word) {
  if (type.starts_with("uint")) return amount_to_decimal(word);
  return "0x" + to_hex(word);
}

std::string describe_error(const json& entry, ByteView arguments) {
  const json& inputs = entry["inputs"];
  const Result<std::vector<Word>> words = abi_result_words(arguments, inputs.size());
  std::string out = entry["name"].get<std::string>();
  if (inputs.empty() || !words) return out;
  out += '(';
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i > 0) out += ", ";
    out += inputs[i]["name"].get<std::string>() + " " +
           describe_word(inputs[i]["type"].get<std::string>(), (*words)[i]);
  }
  return out + ")";
}

bool has_selector(ByteView data, std::string_view signature) {
  const ByteArray<kSelectorBytes> selector = abi_selector(signature);
  return data.size() >= kSelectorBytes &&
         std::equal(selector.begin(), selector.end(), data.begin());
}

}  // namespace

Bytes contract_creation_code() {
  const Result<Bytes> code = from_hex(json::parse(contract_json())["bytecode"].get<std::string>());
  assert(code.has_value() && "the build takes the artifact from its own compiler");
  return *code;
}

std::string describe_revert(ByteView data) {
  static const json artifact = json::parse(contract_json());
  for (const json& entry : artifact["abi"]) {
    if (entry["type"] == "error" && has_selector(data, signature_of(entry))) {
      return describe_error(entry, data.subspan(kSelectorBytes));
    }
  }
  return "unknown reason 0x" + to_hex(data);
}

}  // namespace earshot::rewards::chain
