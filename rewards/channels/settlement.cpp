#include "rewards/channels/settlement.h"

#include <algorithm>
#include <map>

#include "rewards/channels/opening.h"

namespace earshot::rewards::channels {
namespace {

Error bad(const std::string& what) { return {Errc::bad_data, "channels: " + what}; }

bool is_registered(std::span<const Standing> standings, const PublicKey& hotspot) {
  return std::ranges::binary_search(standings, hotspot, std::less{}, &Standing::hotspot);
}

// Cheapest first; `paid` when nothing but the deposit can still stand against it.
UseVerdict judge(const ChannelEnd& end, const Book& book, const chain::ContractDomain& domain,
                 std::uint64_t epoch, std::span<const Standing> standings) {
  const Anchor& anchor = end.opening.anchor;
  if (anchor.epoch != epoch) return UseVerdict::other_epoch;
  if (!is_registered(standings, anchor.hotspot)) return UseVerdict::unknown_hotspot;
  if (hash_steps(end.preimage, end.units) != anchor.tip) return UseVerdict::wrong_preimage;
  const Result<void> opened =
      check_opening(end.opening, domain, book.verifiers, book.reservations_needed);
  if (!opened) {
    return opened.error().code == Errc::bad_signature ? UseVerdict::bad_signature
                                                      : UseVerdict::not_reserved;
  }
  return UseVerdict::paid;
}

struct Account {
  Uint128 deposit = 0;
  Uint128 spent = 0;
};
using Accounts = std::map<EvmAddress, Account>;

// As many units as the deposit still holds.
void charge(const ChannelEnd& end, Accounts& accounts, Use& use) {
  const auto account = accounts.find(use.payer);
  const Uint128 free = account != accounts.end() && account->second.deposit > account->second.spent
                           ? account->second.deposit - account->second.spent
                           : 0;
  const std::uint64_t price = end.opening.anchor.unit_price;
  const Uint128 affordable = free / price;
  use.units = static_cast<std::uint32_t>(std::min<Uint128>(end.units, affordable));
  use.fee = Uint128{price} * use.units;
  if (use.units == 0) {
    use.verdict = UseVerdict::nothing_deposited;
    return;
  }
  if (use.units < end.units) use.verdict = UseVerdict::paid_in_part;
  account->second.spent += use.fee;
}

Result<Accounts> accounts_of(const Book& book, std::span<const AccountTotal> previous) {
  Accounts accounts;
  for (const AccountTotal& total : book.deposits) {
    if (!accounts.empty() && accounts.rbegin()->first >= total.account) {
      return fail(bad("depositor 0x" + to_hex(total.account) + " is out of order"));
    }
    accounts.emplace_hint(accounts.end(), total.account, Account{total.cumulative, 0});
  }
  for (const AccountTotal& debit : previous) {
    const auto found = accounts.find(debit.account);
    if (found == accounts.end()) {
      return fail(bad("payer 0x" + to_hex(debit.account) + " is not among the depositors"));
    }
    found->second.spent = debit.cumulative;
  }
  return accounts;
}

}  // namespace

std::string_view use_verdict_name(UseVerdict verdict) {
  static constexpr std::string_view kNames[] = {"",
                                                "paid",
                                                "paid_in_part",
                                                "other_epoch",
                                                "bad_signature",
                                                "not_reserved",
                                                "wrong_preimage",
                                                "unknown_hotspot",
                                                "nothing_deposited"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Result<Settlement> settle_channels(const Book& book, NetworkId network, std::uint64_t epoch,
                                   std::span<const Standing> standings,
                                   std::span<const AccountTotal> previous) {
  const chain::ContractDomain domain{network, book.contract};
  Result<Accounts> accounts = accounts_of(book, previous);
  if (!accounts) return fail(accounts.error());
  if (std::ranges::adjacent_find(book.verifiers, std::greater_equal{}) != book.verifiers.end()) {
    return fail(bad("verifiers are out of order"));
  }
  Settlement settlement;
  std::map<PublicKey, Uint128> fees;
  for (const ChannelEnd& end : book.ends) {
    const Anchor& anchor = end.opening.anchor;
    Use use{.channel = chain::anchor_digest(domain, anchor),
            .payer = anchor.payer,
            .hotspot = anchor.hotspot,
            .verdict = judge(end, book, domain, epoch, standings)};
    if (!settlement.uses.empty() && settlement.uses.back().channel >= use.channel) {
      return fail(bad("channel " + to_hex(use.channel) + " is out of order"));
    }
    if (use.verdict == UseVerdict::paid) charge(end, *accounts, use);
    // Fees are paid from deposits, whose sum the contract holds below 2^128.
    if (use.fee != 0) fees[use.hotspot] += use.fee;
    settlement.uses.push_back(use);
  }
  for (const auto& [payer, account] : *accounts) {
    settlement.debits.push_back({payer, account.spent});
  }
  for (const auto& [hotspot, fee] : fees) settlement.data.push_back({hotspot, fee});
  return settlement;
}

}  // namespace earshot::rewards::channels
