#include "cli/chain_commands.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "cli/commands.h"
#include "rewards/payout_tree.h"

namespace earshot::cli {

using rewards::chain::Node;
using rewards::chain::Progress;
using rewards::chain::Receipt;
using rewards::chain::Stage;
using rewards::chain::Submitter;

namespace {

constexpr std::chrono::seconds kPause{1};  // Chosen: short beside any public chain's block time.
constexpr Uint128 kGwei = 1'000'000'000;

const char* stage_name(Stage stage) {
  switch (stage) {
    case Stage::waiting:
      return "waiting for a block";
    case Stage::mined:
      return "mined, not final yet";
    case Stage::final:
      return "final";
  }
  return "";
}

// One line on the terminal, written over again; nothing elsewhere.
void show_progress(const Context& context, const std::string& line) {
  if (context.stderr_is_terminal) std::fprintf(stderr, "\r\033[K%s", line.c_str());
}

Result<Receipt> follow(Submitter& submitter, const SendOptions& options, const Context& context) {
  const Stage wanted = options.wait == "mined" ? Stage::mined : Stage::final;
  Error last{Errc::unavailable, "the transaction was not looked at"};
  for (unsigned second = 0; second <= options.timeout_s; ++second) {
    if (second > 0) std::this_thread::sleep_for(kPause);
    const Result<Progress> progress = submitter.advance();
    if (!progress) {
      if (progress.error().code != Errc::unavailable) return fail(progress.error());
      last = progress.error();
      continue;
    }
    if (progress->stage >= wanted) return *progress->receipt;
    show_progress(context, prefixed(progress->transaction) + ": " + stage_name(progress->stage));
    last = {Errc::unavailable, "transaction " + prefixed(progress->transaction) + " is " +
                                   stage_name(progress->stage) + " after " +
                                   std::to_string(second) + " s: run the same command again"};
  }
  return fail(last);
}

}  // namespace

void add_node_options(CLI::App& command, NodeOptions& options, bool with_contract) {
  command.add_option("--rpc", options.url, "The node's URL")
      ->type_name("URL")
      ->capture_default_str();
  if (!with_contract) return;
  command.add_option("--contract", options.contract, "Address of the rewards contract")
      ->type_name("ADDRESS")
      ->required();
}

void add_send_options(CLI::App& command, SendOptions& options, const std::string& signer_option) {
  command
      .add_option("--key", options.key_path,
                  "Key of the account that pays the fee: 64 hex digits, mode 0600")
      ->type_name("FILE");
  command
      .add_option(signer_option, options.signer_url,
                  "Instead: JSON-RPC of a signer that holds the key (eth_signTransaction)")
      ->type_name("URL");
  command.add_option("--from", options.signer_account, "With " + signer_option + ": whose key")
      ->type_name("ADDRESS");
  command
      .add_option("--journal", options.journal_path,
                  "Where the transaction is kept until --wait is fulfilled")
      ->type_name("FILE");
  command.add_option("--wait", options.wait, "Until the transaction is mined or final")
      ->check(CLI::IsMember({"mined", "final"}))
      ->capture_default_str();
  command.add_option("--timeout", options.timeout_s, "How long to wait, in seconds")
      ->type_name("SECONDS")
      ->capture_default_str();
  command.add_option("--max-fee", options.max_fee_gwei, "Most to pay per gas, in gwei")
      ->type_name("GWEI")
      ->check(CLI::Range(1U, 1'000'000U))
      ->capture_default_str();
}

Result<rewards::chain::TransactionSigner> transaction_signer(const SendOptions& options) {
  if (options.signer_url.empty() == options.key_path.empty() ||
      options.signer_url.empty() != options.signer_account.empty()) {
    return fail(Errc::usage, "who pays the fee: either --key, or a signer's URL and --from");
  }
  if (!options.key_path.empty()) {
    const auto key = rewards::chain::read_account_key(options.key_path);
    if (!key) return fail(key.error());
    return rewards::chain::TransactionSigner(*key);
  }
  const Result<EvmAddress> account = parse_address_option("--from", options.signer_account);
  if (!account) return fail(account.error());
  const auto endpoint = rewards::chain::parse_endpoint(options.signer_url);
  if (!endpoint) return fail(Errc::usage, "signer: " + endpoint.error().detail);
  return rewards::chain::TransactionSigner(rewards::chain::JsonRpc(*endpoint), *account);
}

rewards::chain::FeeRules fee_rules(const SendOptions& options) {
  rewards::chain::FeeRules rules;
  rules.limit = options.max_fee_gwei * kGwei;
  return rules;
}

Result<ConnectedContract> connect(const NodeOptions& options) {
  const Result<EvmAddress> address = parse_address_option("--contract", options.contract);
  if (!address) return fail(address.error());
  Result<Node> node = Node::at(options.url);
  if (!node) return fail(Errc::usage, "--rpc: " + node.error().detail);
  const auto contract = rewards::chain::RewardsContract::at(*node, *address);
  if (!contract) return fail(contract.error());
  const rewards::chain::ContractDomain domain = contract->domain();
  return ConnectedContract{std::move(*node), domain};
}

Result<Receipt> send_and_wait(Node& node, const rewards::chain::TransactionSigner& signer,
                              const std::optional<EvmAddress>& to, const Bytes& data,
                              const SendOptions& options, const std::string& default_journal,
                              const Context& context) {
  const std::string journal = options.journal_path.empty() ? default_journal : options.journal_path;
  Result<Submitter> submitter =
      Submitter::begin(node, signer, to, data, journal, fee_rules(options));
  if (!submitter) return fail(submitter.error());
  Result<Receipt> receipt = follow(*submitter, options, context);
  show_progress(context, "");
  if (receipt) {
    std::error_code ignored;  // A journal that stays is taken up again, and found done.
    std::filesystem::remove(journal, ignored);
  }
  return receipt;
}

Result<EvmAddress> parse_address_option(const std::string& option, const std::string& text) {
  const Result<EvmAddress> address = rewards::chain::parse_address(text);
  if (!address) return fail(Errc::usage, option + ": " + address.error().detail);
  return address;
}

std::string decimal(Uint128 value) {
  return rewards::amount_to_decimal(rewards::amount_from(value));
}

std::string prefixed(ByteView bytes) { return "0x" + to_hex(bytes); }

std::string show_tokens(Uint128 base_units) {
  constexpr Uint128 kToken = 1'000'000'000'000'000'000ULL;  // Given: ERC-20's 18 decimals.
  constexpr Uint128 kCent = kToken / 100;
  const std::string cents = decimal(base_units % kToken / kCent);
  return decimal(base_units / kToken) + "." + (cents.size() < 2 ? "0" : "") + cents + " EAR";
}

void add_chain_commands(CLI::App& root, Context& context) {
  CLI::App* chain =
      add_group(root, "chain", "The rewards contract: deploy, sign, submit, claim, deposit, look");
  add_chain_deploy(*chain, context);
  add_chain_sign(*chain, context);
  add_chain_submit(*chain, context);
  add_chain_claim(*chain, context);
  add_chain_balance(*chain, context);
  add_chain_deposit(*chain, context);
  add_chain_withdraw(*chain, context);
  add_chain_status(*chain, context);
}

}  // namespace earshot::cli
