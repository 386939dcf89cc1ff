#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_commands.h"
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

struct ProofOptions {
  std::uint64_t epoch = 0;
  std::string log;
  std::string account;
  bool debit = false;
};

Result<void> run_proof(const ProofOptions& options) {
  const Result<EvmAddress> account = parse_address_option("--account", options.account);
  if (!account) return fail(account.error());
  const Result<SealedEpoch> sealed = read_sealed_epoch(options.log, options.epoch);
  if (!sealed) return fail(sealed.error());
  const Result<rewards::chain::PayoutProof> proof =
      options.debit ? rewards::chain::prove_debit(sealed->artifact, *account)
                    : rewards::chain::prove_payout(sealed->artifact, *account);
  if (!proof) return fail(proof.error());
  std::printf("%s\n", rewards::chain::payout_proof_to_json(*proof).c_str());
  return {};
}

struct CheckOptions {
  std::string path;
  std::string root;  // Empty: the file's own.
};

Result<void> run_check(const CheckOptions& options, const Context& context) {
  const Result<rewards::chain::PayoutProof> proof = read_proof(options.path);
  if (!proof) return fail(proof.error());
  if (!options.root.empty()) {
    const Result<Hash256> root = array_from_hex<32>(options.root);
    if (!root) return fail(Errc::usage, "--root: " + root.error().detail);
    if (*root != proof->root) {
      return fail(Errc::check_failed, options.path + " is for root 0x" + to_hex(proof->root) +
                                          ", not for " + options.root);
    }
  }
  if (context.machine_output()) {
    std::printf("%s\n", rewards::chain::payout_proof_to_json(*proof).c_str());
    return {};
  }
  std::printf("account      %s\ncumulative   %s base units\nepoch        %llu\nroot         0x%s\n",
              rewards::chain::to_display(proof->claim.leaf.account).c_str(),
              rewards::amount_to_decimal(proof->claim.leaf.cumulative).c_str(),
              static_cast<unsigned long long>(proof->epoch), to_hex(proof->root).c_str());
  return {};
}

void add_proof_commands(CLI::App& rewards, Context& context) {
  auto made = std::make_shared<ProofOptions>();
  CLI::App* proof = add_command(rewards, context, "proof",
                                "What an account claims with: a file that proves itself",
                                [made] { return run_proof(*made); });
  proof->add_option("--epoch", made->epoch, "Number of the sealed epoch")->required();
  proof
      ->add_option("--log", made->log,
                   "A verifier's URL, or a folder with epoch-N.artifact and epoch-N.seal")
      ->type_name("URL|DIR")
      ->required();
  proof->add_option("--account", made->account, "Whose")->type_name("ADDRESS")->required();
  proof->add_flag("--debit", made->debit, "Of the debits: what a payer spent, for a withdrawal");
  auto checked = std::make_shared<CheckOptions>();
  CLI::App* check = add_command(rewards, context, "check", "Check a proof file, with no network",
                                [checked, &context] { return run_check(*checked, context); });
  check->add_option("FILE", checked->path, "What `earshot rewards proof` gave")->required();
  check->add_option("--root", checked->root, "It must lead to this root (`earshot chain status`)")
      ->type_name("HEX");
}

}  // namespace

void add_rewards_commands(CLI::App& root, Context& context) {
  CLI::App* rewards =
      add_group(root, "rewards",
                "Payouts: the tree whose root goes on chain, proofs, what a place would earn");
  auto options = std::make_shared<TreeOptions>();
  CLI::App* tree = add_command(*rewards, context, "tree",
                               "The root over accounts and their totals, and a proof for one",
                               [options] { return run_tree(*options); });
  tree->add_option("FILE", options->path, "JSON: [[\"0x<address>\", \"<amount>\"], ...]")
      ->required();
  tree->add_option("--proof", options->account, "Also what this account claims with")
      ->type_name("ADDRESS");
  add_proof_commands(*rewards, context);
  add_rewards_what_if(*rewards, context);
}

}  // namespace earshot::cli
