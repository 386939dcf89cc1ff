#include "rewards/chain/transaction_signer.h"

#include <nlohmann/json.hpp>

#include "rewards/amount.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards::chain {
namespace {

using nlohmann::json;

std::string prefixed(ByteView bytes) { return "0x" + to_hex(bytes); }

json question(const Transaction& transaction, const EvmAddress& from) {
  json out = {{"type", "0x2"},
              {"chainId", to_quantity(transaction.chain_id)},
              {"from", to_display(from)},
              {"nonce", to_quantity(transaction.nonce)},
              {"gas", to_quantity(transaction.gas)},
              {"maxFeePerGas", to_quantity(transaction.max_fee)},
              {"maxPriorityFeePerGas", to_quantity(transaction.priority_fee)},
              {"value", "0x0"},
              {"data", prefixed(transaction.data)}};
  if (transaction.to) out["to"] = to_display(*transaction.to);
  return out;
}

// Signers answer with the bytes, or with an object that has them beside a rendering.
Result<Bytes> raw_of(const json& answer) {
  const json& raw = answer.is_object() && answer.contains("raw") ? answer["raw"] : answer;
  return from_hex(raw.is_string() ? raw.get<std::string>() : std::string("none"));
}

// The first field that was changed, by name.
std::string difference(const Transaction& asked, const Transaction& given) {
  const auto differs = [](const char* name, const std::string& is, const std::string& was) {
    return std::string(name) + " is " + is + ", asked for " + was;
  };
  const auto number = [&](const char* name, Uint128 is, Uint128 was) {
    return is == was ? std::string()
                     : differs(name, amount128_to_decimal(is), amount128_to_decimal(was));
  };
  const auto receiver = [](const Transaction& transaction) {
    return transaction.to ? to_display(*transaction.to) : std::string("a new contract");
  };
  for (const std::string& found :
       {number("chain id", given.chain_id, asked.chain_id),
        number("nonce", given.nonce, asked.nonce), number("gas", given.gas, asked.gas),
        number("priority fee", given.priority_fee, asked.priority_fee),
        number("fee", given.max_fee, asked.max_fee)}) {
    if (!found.empty()) return found;
  }
  if (given.to != asked.to) return differs("receiver", receiver(given), receiver(asked));
  return given.data == asked.data ? std::string() : "other data than asked for";
}

}  // namespace

Result<SignedTransaction> TransactionSigner::sign(const Transaction& transaction) {
  if (const auto* key = std::get_if<AccountKey>(&with_)) return sign_transaction(*key, transaction);
  auto& rpc = std::get<JsonRpc>(with_);
  const json parameters = json::array({question(transaction, account_)});
  const Result<json> answer =
      rpc.call_either("eth_signTransaction", "account_signTransaction", parameters);
  if (!answer) return fail(answer.error());
  const std::string who = "signer at " + rpc.url();
  const Result<Bytes> raw = raw_of(*answer);
  if (!raw) return fail(Errc::bad_data, who + " sent no signed transaction: " + raw.error().detail);
  const Result<ReadTransaction> read = read_transaction(*raw);
  if (!read) return fail(Errc::bad_data, who + " sent no such " + read.error().detail);
  const std::string changed = difference(transaction, read->transaction);
  if (!changed.empty())
    return fail(Errc::check_failed, who + " changed the transaction: " + changed);
  if (read->from != account_) {
    return fail(Errc::check_failed, who + " signed with the key of " + to_display(read->from) +
                                        ", asked for " + to_display(account_));
  }
  return SignedTransaction{*raw, keccak256(*raw)};
}

}  // namespace earshot::rewards::chain
