#include "rewards/chain/payout_proof.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "rewards/amount.h"

namespace earshot::rewards::chain {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 64;  // Chosen: a tree of 2^64 accounts.

Result<PayoutProof> prove(std::uint64_t epoch, const std::vector<AccountTotal>& totals,
                          const EvmAddress& account, const std::string& what) {
  std::vector<PayoutLeaf> leaves;
  leaves.reserve(totals.size());
  for (const AccountTotal& total : totals) {
    leaves.push_back({total.account, amount_from(total.cumulative)});
  }
  const auto found = std::ranges::find(leaves, account, &PayoutLeaf::account);
  if (found == leaves.end()) {
    return fail(Errc::check_failed,
                "epoch " + std::to_string(epoch) + " has " + what + " for " + to_display(account));
  }
  const Result<PayoutTree> tree = PayoutTree::build(leaves);
  if (!tree) return fail(tree.error());
  const auto index = static_cast<std::size_t>(found - leaves.begin());
  return PayoutProof{epoch, tree->root(), {*found, tree->proof(index)}};
}

// json[key] as a string; empty when it is none.
std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

template <class T>
Result<T> named(const char* key, Result<T> value) {
  if (value) return value;
  return fail(Errc::bad_data, std::string(key) + ": " + value.error().detail);
}

Result<std::vector<Hash256>> siblings_of(const json& object) {
  const auto found = object.find("proof");
  if (found == object.end() || !found->is_array() || found->size() > kMaxDepth) {
    return fail(Errc::bad_data,
                "proof: expected an array of at most " + std::to_string(kMaxDepth) + " hashes");
  }
  std::vector<Hash256> siblings;
  for (const json& item : *found) {
    const Result<Hash256> node = named(
        "proof", array_from_hex<32>(item.is_string() ? item.get<std::string>() : std::string()));
    if (!node) return fail(node.error());
    siblings.push_back(*node);
  }
  return siblings;
}

Result<std::uint64_t> epoch_of_text(const std::string& text) {
  const Result<Uint128> number = amount128_from_decimal(text);
  if (number && *number >> 64 == 0) return static_cast<std::uint64_t>(*number);
  return fail(Errc::bad_data, "found \"" + text.substr(0, 40) + "\", expected an epoch's number");
}

}  // namespace

Result<PayoutProof> prove_payout(const Artifact& artifact, const EvmAddress& account) {
  return prove(artifact.epoch, artifact.accounts, account, "nothing");
}

Result<PayoutProof> prove_debit(const Artifact& artifact, const EvmAddress& payer) {
  return prove(artifact.epoch, artifact.debits, payer, "no debit");
}

std::string payout_proof_to_json(const PayoutProof& proof) {
  nlohmann::ordered_json siblings = nlohmann::ordered_json::array();
  for (const Hash256& node : proof.claim.proof) siblings.push_back("0x" + to_hex(node));
  const nlohmann::ordered_json object = {
      {"epoch", std::to_string(proof.epoch)},
      {"root", "0x" + to_hex(proof.root)},
      {"account", to_display(proof.claim.leaf.account)},
      {"cumulative", amount_to_decimal(proof.claim.leaf.cumulative)},
      {"proof", siblings}};
  return object.dump();
}

Result<PayoutProof> payout_proof_from_json(const std::string& text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return fail(Errc::bad_data, "no JSON object");
  const auto epoch = named("epoch", epoch_of_text(text_of(object, "epoch")));
  if (!epoch) return fail(epoch.error());
  const auto root = named("root", array_from_hex<32>(text_of(object, "root")));
  if (!root) return fail(root.error());
  const auto account = named("account", parse_address(text_of(object, "account")));
  if (!account) return fail(account.error());
  const auto cumulative = named("cumulative", amount_from_decimal(text_of(object, "cumulative")));
  if (!cumulative) return fail(cumulative.error());
  Result<std::vector<Hash256>> siblings = siblings_of(object);
  if (!siblings) return fail(siblings.error());
  PayoutProof proof{*epoch, *root, {{*account, *cumulative}, std::move(*siblings)}};
  if (verify_payout(proof.claim.leaf, proof.claim.proof, proof.root)) return proof;
  return fail(Errc::check_failed, "the proof does not lead to its root 0x" + to_hex(proof.root));
}

}  // namespace earshot::rewards::chain
