#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_commands.h"
#include "cli/table.h"
#include "rewards/payout_tree.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::chain::Claim;
using rewards::chain::Receipt;
using rewards::chain::RewardsContract;
using rewards::chain::TransactionSigner;

// Chosen: some 60'000 gas each, so a batch stays far below a block's limit of 30 million.
constexpr std::size_t kBatch = 100;

struct ClaimOptions {
  NodeOptions node;
  SendOptions send;
  std::uint64_t epoch = 0;
  std::string log;
  std::string proof;                  // A file, instead of epoch and log.
  std::vector<std::string> accounts;  // Empty: the key's own.
  bool all = false;
};

struct Paid {
  EvmAddress account{};
  Uint128 amount = 0;
  Uint128 cumulative = 0;
  Uint128 balance = 0;
  Hash256 transaction{};
};

Result<std::vector<Claim>> claims_of(const rewards::Artifact& artifact,
                                     const std::vector<EvmAddress>& wanted) {
  std::vector<rewards::PayoutLeaf> leaves;
  leaves.reserve(artifact.accounts.size());
  for (const rewards::AccountTotal& total : artifact.accounts) {
    leaves.push_back({total.account, rewards::amount_from(total.cumulative)});
  }
  const Result<rewards::PayoutTree> tree = rewards::PayoutTree::build(leaves);
  if (!tree) return fail(Errc::check_failed, "the epoch pays nobody");
  std::vector<Claim> claims;
  for (const EvmAddress& account : wanted) {
    const auto found =
        std::find_if(leaves.begin(), leaves.end(),
                     [&](const rewards::PayoutLeaf& leaf) { return leaf.account == account; });
    if (found == leaves.end()) {
      return fail(Errc::check_failed, "epoch " + std::to_string(artifact.epoch) +
                                          " has nothing for " +
                                          rewards::chain::to_display(account));
    }
    claims.push_back({*found, tree->proof(static_cast<std::size_t>(found - leaves.begin()))});
  }
  return claims;
}

Result<std::vector<EvmAddress>> wanted_accounts(const ClaimOptions& options, const EvmAddress& own,
                                                const rewards::Artifact& artifact) {
  std::vector<EvmAddress> wanted;
  if (options.all) {
    for (const rewards::AccountTotal& total : artifact.accounts) wanted.push_back(total.account);
    return wanted;
  }
  for (const std::string& text : options.accounts) {
    const Result<EvmAddress> account = parse_address_option("--account", text);
    if (!account) return fail(account.error());
    wanted.push_back(*account);
  }
  if (wanted.empty()) wanted.push_back(own);
  return wanted;
}

// What each account had claimed before, so that the difference can be told afterwards.
Result<std::vector<Uint128>> claimed_by(RewardsContract& contract, std::span<const Claim> claims) {
  std::vector<Uint128> claimed;
  for (const Claim& claim : claims) {
    const Result<Uint128> amount = contract.claimed(claim.leaf.account);
    if (!amount) return fail(amount.error());
    claimed.push_back(*amount);
  }
  return claimed;
}

Result<std::vector<Paid>> claim_batch(ConnectedContract& connected, const TransactionSigner& signer,
                                      std::span<const Claim> claims, const SendOptions& send,
                                      const Context& context) {
  RewardsContract contract = connected.client();
  const Result<std::vector<Uint128>> before = claimed_by(contract, claims);
  if (!before) return fail(before.error());
  const Bytes data = claims.size() == 1 ? rewards::chain::encode_claim(claims.front())
                                        : rewards::chain::encode_claim_many(claims);
  const Result<Receipt> receipt = send_and_wait(connected.node, signer, connected.domain.contract,
                                                data, send, "earshot-claim.journal", context);
  if (!receipt) return fail(receipt.error());
  const Result<std::vector<Uint128>> after = claimed_by(contract, claims);
  if (!after) return fail(after.error());
  std::vector<Paid> paid;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const EvmAddress& account = claims[i].leaf.account;
    const Result<Uint128> balance = contract.balance_of(account);
    if (!balance) return fail(balance.error());
    paid.push_back(
        {account, (*after)[i] - (*before)[i], (*after)[i], *balance, receipt->transaction});
  }
  return paid;
}

void print(const std::vector<Paid>& paid, const Context& context) {
  if (context.machine_output()) {
    for (const Paid& one : paid) {
      const ordered_json out = {{"account", rewards::chain::to_display(one.account)},
                                {"paid", decimal(one.amount)},
                                {"cumulative", decimal(one.cumulative)},
                                {"balance", decimal(one.balance)},
                                {"transaction", prefixed(one.transaction)}};
      std::printf("%s\n", out.dump().c_str());
    }
    return;
  }
  Table table({"account", ">paid", ">balance"});
  for (const Paid& one : paid) {
    table.add({rewards::chain::to_display(one.account), show_tokens(one.amount),
               show_tokens(one.balance)});
  }
  std::printf("%s", table.text().c_str());
}

// Claims are made against the current root only: told here, the contract could say "BadProof" only.
Result<void> check_is_current(RewardsContract contract, const Hash256& root, std::uint64_t number) {
  const Result<rewards::chain::ContractStatus> status = contract.status();
  if (!status) return fail(status.error());
  if (status->current_root == root) return {};
  const std::string epoch = "epoch " + std::to_string(number);
  if (status->pending() && status->newest_root == root) {
    const Instant matures{static_cast<std::int64_t>(status->matures_at), 0};
    return fail(Errc::check_failed, epoch + " counts from " + to_iso8601(matures, 0) +
                                        ", the chain's clock stands before that: claim then");
  }
  return fail(Errc::check_failed, epoch + " is not what the contract pays now (its last epoch is " +
                                      std::to_string(status->epoch) +
                                      "): totals are cumulative, claim with the current one");
}

// What is claimed: of one epoch, under one root.
struct Claims {
  std::uint64_t epoch = 0;
  Hash256 root{};
  std::vector<Claim> claims;
};

Result<Claims> read_claims(const ClaimOptions& options, const EvmAddress& own) {
  if (!options.proof.empty()) {
    const Result<rewards::chain::PayoutProof> proof = read_proof(options.proof);
    if (!proof) return fail(proof.error());
    return Claims{proof->epoch, proof->root, {proof->claim}};
  }
  const Result<SealedEpoch> sealed = read_sealed_epoch(options.log, options.epoch);
  if (!sealed) return fail(sealed.error());
  const Result<std::vector<EvmAddress>> wanted = wanted_accounts(options, own, sealed->artifact);
  if (!wanted) return fail(wanted.error());
  Result<std::vector<Claim>> claims = claims_of(sealed->artifact, *wanted);
  if (!claims) return fail(claims.error());
  return Claims{sealed->artifact.epoch, rewards::rewards_root(sealed->artifact),
                std::move(*claims)};
}

Result<void> run_claim(const ClaimOptions& options, const Context& context) {
  if (options.proof.empty() == (options.log.empty() || options.epoch == 0)) {
    return fail(Errc::usage, "either --proof, or --epoch and --log");
  }
  const Result<TransactionSigner> signer = transaction_signer(options.send);
  if (!signer) return fail(signer.error());
  const Result<Claims> claims = read_claims(options, signer->address());
  if (!claims) return fail(claims.error());
  Result<ConnectedContract> connected = connect(options.node);
  if (!connected) return fail(connected.error());
  if (Result<void> current = check_is_current(connected->client(), claims->root, claims->epoch);
      !current) {
    return current;
  }
  std::vector<Paid> paid;
  for (std::size_t from = 0; from < claims->claims.size(); from += kBatch) {
    const std::span<const Claim> batch =
        std::span(claims->claims).subspan(from, std::min(kBatch, claims->claims.size() - from));
    const Result<std::vector<Paid>> done =
        claim_batch(*connected, *signer, batch, options.send, context);
    if (!done) return fail(done.error());
    paid.insert(paid.end(), done->begin(), done->end());
  }
  print(paid, context);
  return {};
}

}  // namespace

void add_chain_claim(CLI::App& chain, Context& context) {
  auto options = std::make_shared<ClaimOptions>();
  CLI::App* command =
      add_command(chain, context, "claim", "Pay accounts what an epoch's root owes them",
                  [options, &context] { return run_claim(*options, context); });
  add_node_options(*command, options->node, true);
  add_send_options(*command, options->send);
  command->add_option("--epoch", options->epoch, "The epoch whose root is current");
  command
      ->add_option("--log", options->log,
                   "A verifier's URL, or a folder with epoch-N.artifact and epoch-N.seal")
      ->type_name("URL|DIR");
  CLI::Option* proof =
      command
          ->add_option("--proof", options->proof,
                       "What `earshot rewards proof` gave, instead of --epoch and --log")
          ->type_name("FILE");
  CLI::Option* accounts =
      command
          ->add_option("--account", options->accounts,
                       "Whom to pay; give each (default: the key's own account)")
          ->type_name("ADDRESS");
  command->add_flag("--all", options->all, "Pay everybody in the tree")->excludes(accounts);
  proof->excludes(accounts);
}

}  // namespace earshot::cli
