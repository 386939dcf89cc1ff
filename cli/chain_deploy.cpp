#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_commands.h"
#include "core/files.h"
#include "rewards/payout_tree.h"
#include "rewards/policy.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::chain::DeployTerms;
using rewards::chain::Receipt;
using rewards::chain::TransactionSigner;

struct DeployOptions {
  NodeOptions node;
  SendOptions send;
  std::vector<std::string> signers;
  std::uint64_t threshold = 0;  // 0: all but one of more than one signer.
  std::string guardian;         // Empty: the deployer.
  std::string policy_path;      // Empty: the figures of rewards::Policy.
  std::uint64_t first_epoch = 0;
  std::uint64_t activation_delay = 3600;
  std::uint64_t halving_epochs = 0;
  std::uint64_t reservation_epochs = 1;
};

// Epoch length and emission are the policy's business: here and there they must be the same.
Result<rewards::Policy> read_policy(const std::string& path) {
  if (path.empty()) return rewards::Policy{};
  const Result<std::string> text = read_file(path);
  if (!text) return fail(text.error());
  return rewards::parse_policy(*text, path);
}

Result<DeployTerms> terms_of(const DeployOptions& options, const EvmAddress& deployer) {
  const Result<rewards::Policy> policy = read_policy(options.policy_path);
  if (!policy) return fail(policy.error());
  DeployTerms terms;
  for (const std::string& text : options.signers) {
    const Result<EvmAddress> signer = parse_address_option("--signer", text);
    if (!signer) return fail(signer.error());
    terms.signers.push_back(*signer);
  }
  std::sort(terms.signers.begin(), terms.signers.end());
  terms.guardian = deployer;
  if (!options.guardian.empty()) {
    const Result<EvmAddress> guardian = parse_address_option("--guardian", options.guardian);
    if (!guardian) return fail(guardian.error());
    terms.guardian = *guardian;
  }
  const std::uint64_t count = terms.signers.size();
  terms.threshold =
      options.threshold != 0 ? options.threshold : std::max<std::uint64_t>(count, 2) - 1;
  terms.first_epoch = options.first_epoch;
  terms.epoch_seconds = policy->epoch_rounds * std::uint64_t{kRoundSeconds};
  terms.activation_delay = options.activation_delay;
  terms.halving_epochs = options.halving_epochs;
  terms.reservation_epochs = options.reservation_epochs;
  const Result<rewards::Amount256> emission =
      rewards::amount_from_decimal(policy->emission_per_epoch);
  if (!emission) return fail(emission.error());
  const Result<Uint128> narrow = rewards::chain::uint128_of(*emission);
  if (!narrow) return fail(narrow.error());
  terms.emission_per_epoch = *narrow;
  const Result<void> allowed = rewards::chain::check_terms(terms);
  if (!allowed) return fail(allowed.error());
  return terms;
}

void print(const DeployTerms& terms, const Receipt& receipt, const EvmAddress& contract,
           const Context& context) {
  const std::string address = rewards::chain::to_display(contract);
  if (context.machine_output()) {
    const ordered_json out = {
        {"contract", address},           {"transaction", prefixed(receipt.transaction)},
        {"block", receipt.block_number}, {"gas", receipt.gas_used},
        {"threshold", terms.threshold},  {"signers", terms.signers.size()}};
    std::printf("%s\n", out.dump().c_str());
    return;
  }
  std::printf("contract     %s\n", address.c_str());
  std::printf("transaction  %s\n", prefixed(receipt.transaction).c_str());
  std::printf("block        %llu\n", static_cast<unsigned long long>(receipt.block_number));
  std::printf("signatures   %llu of %zu\n", static_cast<unsigned long long>(terms.threshold),
              terms.signers.size());
  std::printf("emission     %s an epoch\n", show_tokens(terms.emission_per_epoch).c_str());
}

Result<void> run_deploy(const DeployOptions& options, const Context& context) {
  const Result<TransactionSigner> signer = transaction_signer(options.send);
  if (!signer) return fail(signer.error());
  const Result<DeployTerms> terms = terms_of(options, signer->address());
  if (!terms) return fail(terms.error());
  Result<rewards::chain::Node> node = rewards::chain::Node::at(options.node.url);
  if (!node) return fail(Errc::usage, "--rpc: " + node.error().detail);
  const Result<Receipt> receipt =
      send_and_wait(*node, *signer, std::nullopt, rewards::chain::encode_deploy(*terms),
                    options.send, "earshot-deploy.journal", context);
  if (!receipt) return fail(receipt.error());
  if (!receipt->created) return fail(Errc::bad_data, "the node's receipt names no contract");
  print(*terms, *receipt, *receipt->created, context);
  return {};
}

}  // namespace

void add_chain_deploy(CLI::App& chain, Context& context) {
  auto options = std::make_shared<DeployOptions>();
  CLI::App* command = add_command(chain, context, "deploy", "Put the rewards contract on chain",
                                  [options, &context] { return run_deploy(*options, context); });
  add_node_options(*command, options->node, false);
  add_send_options(*command, options->send, "--fee-signer");
  command->add_option("--signer", options->signers, "Address of a verifier's key; give each")
      ->type_name("ADDRESS")
      ->required();
  command->add_option("--threshold", options->threshold,
                      "Signatures an epoch needs (default: all but one)");
  command
      ->add_option("--guardian", options->guardian,
                   "Who may veto and pause (default: the deployer)")
      ->type_name("ADDRESS");
  command
      ->add_option("--policy", options->policy_path,
                   "Policy file that gives epoch length and emission")
      ->type_name("FILE");
  command->add_option("--first-epoch", options->first_epoch, "First epoch that is ever paid")
      ->required();
  command
      ->add_option("--activation-delay", options->activation_delay,
                   "Seconds in which a root can be disputed")
      ->type_name("SECONDS")
      ->capture_default_str();
  command
      ->add_option("--halving-epochs", options->halving_epochs,
                   "Emission halves after as many epochs; 0: never")
      ->capture_default_str();
  command
      ->add_option("--reservation-epochs", options->reservation_epochs,
                   "How many epochs ahead verifiers reserve a payer's deposit")
      ->capture_default_str();
}

}  // namespace earshot::cli
