// earshot chain deposit, withdraw and balance: a payer's account on the contract.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_commands.h"
#include "rewards/amount.h"
#include "rewards/chain/payout_proof.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::chain::DepositStatus;
using rewards::chain::Receipt;
using rewards::chain::TransactionSigner;

struct DepositOptions {
  NodeOptions node;
  SendOptions send;
  std::string amount;
  std::string payer;  // Empty: the key's own account.
};

struct WithdrawOptions {
  NodeOptions node;
  SendOptions send;
  bool request = false;
  std::uint64_t epoch = 0;
  std::string log;
  std::string payer;  // Empty: the key's own account.
};

struct BalanceOptions {
  NodeOptions node;
  std::string account;
};

Result<EvmAddress> payer_of(const std::string& text, const EvmAddress& own) {
  return text.empty() ? Result<EvmAddress>(own) : parse_address_option("--payer", text);
}

Result<void> print_account(ConnectedContract& connected, const EvmAddress& account,
                           const std::optional<Receipt>& receipt, const Context& context) {
  rewards::chain::RewardsContract contract = connected.client();
  const Result<Uint128> balance = contract.balance_of(account);
  if (!balance) return fail(balance.error());
  const Result<Uint128> claimed = contract.claimed(account);
  if (!claimed) return fail(claimed.error());
  const Result<DepositStatus> deposit = contract.deposit_of(account);
  if (!deposit) return fail(deposit.error());
  if (context.machine_output()) {
    ordered_json out = {{"account", rewards::chain::to_display(account)},
                        {"balance", decimal(*balance)},
                        {"claimed", decimal(*claimed)},
                        {"deposit", decimal(deposit->amount)}};
    if (deposit->reserved_until != 0) {
      out["withdrawal_after_epoch"] = std::to_string(deposit->reserved_until);
    }
    if (receipt) out["transaction"] = prefixed(receipt->transaction);
    std::printf("%s\n", out.dump().c_str());
    return {};
  }
  std::printf("account      %s\nbalance      %s\nclaimed      %s\ndeposit      %s\n",
              rewards::chain::to_display(account).c_str(), show_tokens(*balance).c_str(),
              show_tokens(*claimed).c_str(), show_tokens(deposit->amount).c_str());
  if (deposit->reserved_until != 0) {
    std::printf("withdrawal   once epoch %llu is settled\n",
                static_cast<unsigned long long>(deposit->reserved_until));
  }
  if (receipt) std::printf("transaction  %s\n", prefixed(receipt->transaction).c_str());
  return {};
}

Result<void> run_deposit(const DepositOptions& options, const Context& context) {
  const Result<Uint128> amount = rewards::amount128_from_decimal(options.amount);
  if (!amount) return fail(Errc::usage, "--amount: " + amount.error().detail);
  const Result<TransactionSigner> signer = transaction_signer(options.send);
  if (!signer) return fail(signer.error());
  const Result<EvmAddress> payer = payer_of(options.payer, signer->address());
  if (!payer) return fail(payer.error());
  Result<ConnectedContract> connected = connect(options.node);
  if (!connected) return fail(connected.error());
  const Result<Receipt> receipt =
      send_and_wait(connected->node, *signer, connected->domain.contract,
                    rewards::chain::encode_deposit(*payer, *amount), options.send,
                    "earshot-deposit.journal", context);
  if (!receipt) return fail(receipt.error());
  return print_account(*connected, *payer, *receipt, context);
}

Result<void> run_withdraw(const WithdrawOptions& options, const Context& context) {
  if (options.request == !options.log.empty()) {
    return fail(Errc::usage,
                "either --request, or --epoch and --log of the root that settles the deposit");
  }
  const Result<TransactionSigner> signer = transaction_signer(options.send);
  if (!signer) return fail(signer.error());
  const Result<EvmAddress> payer = payer_of(options.payer, signer->address());
  if (!payer) return fail(payer.error());
  Bytes data = rewards::chain::encode_request_withdrawal();
  if (!options.request) {
    const Result<SealedEpoch> sealed = read_sealed_epoch(options.log, options.epoch);
    if (!sealed) return fail(sealed.error());
    const auto proof = rewards::chain::prove_debit(sealed->artifact, *payer);
    if (!proof) return fail(proof.error());
    data = rewards::chain::encode_withdraw(proof->claim);
  } else if (*payer != signer->address()) {
    return fail(Errc::usage, "--payer: a withdrawal is requested by the payer itself");
  }
  Result<ConnectedContract> connected = connect(options.node);
  if (!connected) return fail(connected.error());
  const Result<Receipt> receipt =
      send_and_wait(connected->node, *signer, connected->domain.contract, data, options.send,
                    "earshot-withdraw.journal", context);
  if (!receipt) return fail(receipt.error());
  return print_account(*connected, *payer, *receipt, context);
}

Result<void> run_balance(const BalanceOptions& options, const Context& context) {
  const Result<EvmAddress> account = parse_address_option("ACCOUNT", options.account);
  if (!account) return fail(account.error());
  Result<ConnectedContract> connected = connect(options.node);
  if (!connected) return fail(connected.error());
  return print_account(*connected, *account, std::nullopt, context);
}

}  // namespace

void add_chain_deposit(CLI::App& chain, Context& context) {
  auto options = std::make_shared<DepositOptions>();
  CLI::App* command = add_command(chain, context, "deposit", "Burn tokens, to be spent on data",
                                  [options, &context] { return run_deposit(*options, context); });
  add_node_options(*command, options->node, true);
  add_send_options(*command, options->send);
  command->add_option("--amount", options->amount, "Base units: 10^18 are a token")->required();
  command->add_option("--payer", options->payer, "Whose deposit (default: the key's account)")
      ->type_name("ADDRESS");
}

void add_chain_withdraw(CLI::App& chain, Context& context) {
  auto options = std::make_shared<WithdrawOptions>();
  CLI::App* command =
      add_command(chain, context, "withdraw", "Get back what of a deposit was not spent",
                  [options, &context] { return run_withdraw(*options, context); });
  add_node_options(*command, options->node, true);
  add_send_options(*command, options->send);
  command->add_flag("--request", options->request,
                    "Announce it: verifiers reserve no more, what they reserved runs out");
  command->add_option("--epoch", options->epoch, "The epoch whose root is current");
  command
      ->add_option("--log", options->log,
                   "A verifier's URL, or a folder with epoch-N.artifact and epoch-N.seal")
      ->type_name("URL|DIR");
  command->add_option("--payer", options->payer, "Whose deposit (default: the key's account)")
      ->type_name("ADDRESS");
}

void add_chain_balance(CLI::App& chain, Context& context) {
  auto options = std::make_shared<BalanceOptions>();
  CLI::App* command =
      add_command(chain, context, "balance", "What an account holds, claimed and deposited",
                  [options, &context] { return run_balance(*options, context); });
  add_node_options(*command, options->node, true);
  command->add_option("ACCOUNT", options->account, "Its address")->required();
}

}  // namespace earshot::cli
