#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "core/files.h"
#include "rewards/chain/account.h"
#include "rewards/payout_tree.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::PayoutLeaf;
using rewards::PayoutTree;

struct TreeOptions {
  std::string path;
  std::string account;  // Empty: the root only.
};

Result<PayoutLeaf> leaf_from_json(const nlohmann::json& entry) {
  if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_string()) {
    return fail(Errc::bad_data, "expected [\"0x<address>\", \"<amount>\"]");
  }
  const Result<EvmAddress> account =
      rewards::chain::parse_address(entry[0].get_ref<const std::string&>());
  if (!account) return fail(account.error());
  const Result<rewards::Amount256> amount =
      rewards::amount_from_decimal(entry[1].get_ref<const std::string&>());
  if (!amount) return fail(amount.error());
  return PayoutLeaf{*account, *amount};
}

Result<std::vector<PayoutLeaf>> read_leaves(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_array()) {
    return fail(Errc::bad_data, path + ": no JSON array of [address, amount] pairs");
  }
  std::vector<PayoutLeaf> leaves;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const Result<PayoutLeaf> leaf = leaf_from_json(json[i]);
    if (!leaf) {
      return fail(Errc::bad_data,
                  path + ": entry " + std::to_string(i) + ": " + leaf.error().detail);
    }
    leaves.push_back(*leaf);
  }
  return leaves;
}

Result<void> add_proof(ordered_json& out, const PayoutTree& tree,
                       const std::vector<PayoutLeaf>& leaves, const TreeOptions& options) {
  const Result<EvmAddress> account = rewards::chain::parse_address(options.account);
  if (!account) return fail(Errc::usage, "--proof: " + account.error().detail);
  const auto found = std::find_if(leaves.begin(), leaves.end(),
                                  [&](const PayoutLeaf& leaf) { return leaf.account == *account; });
  if (found == leaves.end()) {
    return fail(Errc::check_failed, options.path + ": no leaf for " + options.account);
  }
  out["account"] = rewards::chain::to_display(*account);
  out["cumulative"] = rewards::amount_to_decimal(found->cumulative);
  out["proof"] = ordered_json::array();
  for (const Hash256& node : tree.proof(static_cast<std::size_t>(found - leaves.begin()))) {
    out["proof"].push_back("0x" + to_hex(node));
  }
  return {};
}

Result<void> run_tree(const TreeOptions& options) {
  const Result<std::vector<PayoutLeaf>> leaves = read_leaves(options.path);
  if (!leaves) return fail(leaves.error());
  const Result<PayoutTree> tree = PayoutTree::build(*leaves);
  if (!tree) return fail(Errc::bad_data, options.path + ": " + tree.error().detail);
  ordered_json out = {{"root", "0x" + to_hex(tree->root())}};
  if (!options.account.empty()) {
    if (Result<void> added = add_proof(out, *tree, *leaves, options); !added) return added;
  }
  std::printf("%s\n", out.dump().c_str());
  return {};
}

}  // namespace

void add_rewards_commands(CLI::App& root, Context& context) {
  CLI::App* rewards = add_group(root, "rewards", "Payouts: the tree whose root goes on chain");
  auto options = std::make_shared<TreeOptions>();
  CLI::App* tree = add_command(*rewards, context, "tree",
                               "The root over accounts and their totals, and a proof for one",
                               [options] { return run_tree(*options); });
  tree->add_option("FILE", options->path, "JSON: [[\"0x<address>\", \"<amount>\"], ...]")
      ->required();
  tree->add_option("--proof", options->account, "Also what this account claims with")
      ->type_name("ADDRESS");
}

}  // namespace earshot::cli
