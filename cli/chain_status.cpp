#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain_commands.h"

namespace earshot::cli {
namespace {

using nlohmann::ordered_json;
using rewards::chain::ContractStatus;

struct StatusOptions {
  NodeOptions node;
  std::string account;  // Empty: none.
};

struct AccountStatus {
  EvmAddress account{};
  Uint128 balance = 0;
  Uint128 claimed = 0;
  rewards::chain::DepositStatus deposit;
};

std::string time_of(std::uint64_t unix_seconds) {
  return to_iso8601({static_cast<std::int64_t>(unix_seconds), 0}, 0);
}

void print_machine(const ContractStatus& status, const std::optional<AccountStatus>& account) {
  ordered_json out = {{"epoch", std::to_string(status.epoch)},
                      {"current_root", prefixed(status.current_root)},
                      {"current_total", decimal(status.current_total)},
                      {"newest_root", prefixed(status.newest_root)},
                      {"newest_total", decimal(status.newest_total)},
                      {"pending", status.pending()},
                      {"matures_at", nullptr},
                      {"supply", decimal(status.supply)},
                      {"claimed", decimal(status.claimed)},
                      {"deposited", decimal(status.deposited)},
                      {"withdrawn", decimal(status.withdrawn)},
                      {"paid_by_deposits", decimal(status.newest_data)},
                      {"log_size", std::to_string(status.log_size)},
                      {"signer_set_version", std::to_string(status.signer_set_version)},
                      {"threshold", std::to_string(status.threshold)},
                      {"guardian", rewards::chain::to_display(status.guardian)},
                      {"paused", status.paused},
                      {"block_time", time_of(status.block_timestamp)}};
  if (status.matures_at != 0) out["matures_at"] = time_of(status.matures_at);
  if (account) {
    out["account"] = {{"address", rewards::chain::to_display(account->account)},
                      {"balance", decimal(account->balance)},
                      {"claimed", decimal(account->claimed)},
                      {"deposit", decimal(account->deposit.amount)}};
    if (account->deposit.reserved_until != 0) {
      out["account"]["withdrawal_after_epoch"] = std::to_string(account->deposit.reserved_until);
    }
  }
  std::printf("%s\n", out.dump().c_str());
}

void print_for_people(const ContractStatus& status, const std::optional<AccountStatus>& account) {
  std::printf("last epoch    %llu%s\n", static_cast<unsigned long long>(status.epoch),
              status.pending() ? ", pending" : "");
  std::printf("current root  %s\n", prefixed(status.current_root).c_str());
  std::printf("its total     %s\n", show_tokens(status.current_total).c_str());
  if (status.pending()) {
    std::printf("pending root  %s\n", prefixed(status.newest_root).c_str());
    std::printf("its total     %s\n", show_tokens(status.newest_total).c_str());
    std::printf("counts from   %s\n", time_of(status.matures_at).c_str());
  }
  std::printf("claimed       %s\n", show_tokens(status.claimed).c_str());
  std::printf("deposited     %s, withdrawn %s, paid for data %s\n",
              show_tokens(status.deposited).c_str(), show_tokens(status.withdrawn).c_str(),
              show_tokens(status.newest_data).c_str());
  std::printf("network log   %llu leaves\n", static_cast<unsigned long long>(status.log_size));
  std::printf("signatures    %llu, signer set %llu\n",
              static_cast<unsigned long long>(status.threshold),
              static_cast<unsigned long long>(status.signer_set_version));
  std::printf("guardian      %s\n", rewards::chain::to_display(status.guardian).c_str());
  std::printf("state         %s\n", status.paused ? "paused" : "open");
  if (account) {
    std::printf("\n%s\nbalance       %s\nclaimed       %s\ndeposit       %s%s\n",
                rewards::chain::to_display(account->account).c_str(),
                show_tokens(account->balance).c_str(), show_tokens(account->claimed).c_str(),
                show_tokens(account->deposit.amount).c_str(),
                account->deposit.reserved_until != 0 ? ", withdrawal requested" : "");
  }
}

Result<std::optional<AccountStatus>> look_at_account(rewards::chain::RewardsContract& contract,
                                                     const std::string& text) {
  if (text.empty()) return std::optional<AccountStatus>();
  const Result<EvmAddress> address = parse_address_option("--account", text);
  if (!address) return fail(address.error());
  const Result<Uint128> balance = contract.balance_of(*address);
  if (!balance) return fail(balance.error());
  const Result<Uint128> claimed = contract.claimed(*address);
  if (!claimed) return fail(claimed.error());
  const Result<rewards::chain::DepositStatus> deposit = contract.deposit_of(*address);
  if (!deposit) return fail(deposit.error());
  return std::optional<AccountStatus>({*address, *balance, *claimed, *deposit});
}

Result<void> run_status(const StatusOptions& options, const Context& context) {
  Result<ConnectedContract> connected = connect(options.node);
  if (!connected) return fail(connected.error());
  rewards::chain::RewardsContract contract = connected->client();
  const Result<ContractStatus> status = contract.status();
  if (!status) return fail(status.error());
  const Result<std::optional<AccountStatus>> account = look_at_account(contract, options.account);
  if (!account) return fail(account.error());
  if (context.machine_output()) {
    print_machine(*status, *account);
  } else {
    print_for_people(*status, *account);
  }
  return {};
}

}  // namespace

void add_chain_status(CLI::App& chain, Context& context) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = add_command(chain, context, "status", "What the contract says now",
                                  [options, &context] { return run_status(*options, context); });
  add_node_options(*command, options->node, true);
  command->add_option("--account", options->account, "Also what this account has")
      ->type_name("ADDRESS");
}

}  // namespace earshot::cli
