#include "rewards/channels/reservation.h"

#include <algorithm>

#include "rewards/amount.h"

namespace earshot::rewards::channels {
namespace {

Result<void> refuse(const std::string& why) {
  return fail(Errc::check_failed, "not reserved: " + why);
}

}  // namespace

Result<void> may_reserve(const Anchor& anchor, const DepositView& view,
                         std::span<const Anchor> held) {
  if (Result<void> ok = check_anchor(anchor); !ok) return ok;
  if (std::ranges::find(held, anchor) != held.end()) return {};
  if (view.withdrawal_requested) return refuse("the payer has requested a withdrawal");
  const std::uint64_t last = view.block_epoch + view.reservation_epochs;
  if (anchor.epoch < view.block_epoch || anchor.epoch > last) {
    return refuse("the anchor is for epoch " + std::to_string(anchor.epoch) +
                  ", allowed: " + std::to_string(view.block_epoch) + " to " + std::to_string(last));
  }
  Uint128 taken = view.spent;
  for (const Anchor& other : held) {
    // Maxima are below 2^80: the sum of any number that fits in memory is below 2^128.
    if (other.payer == anchor.payer && other.epoch > view.settled_epoch) {
      taken += maximum_of(other);
    }
  }
  const Uint128 free = view.deposit > taken ? view.deposit - taken : 0;
  if (maximum_of(anchor) <= free) return {};
  return refuse("the channel may cost " + amount128_to_decimal(maximum_of(anchor)) + ", of " +
                amount128_to_decimal(view.deposit) + " deposited " + amount128_to_decimal(free) +
                " are free");
}

}  // namespace earshot::rewards::channels
