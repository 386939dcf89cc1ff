// Whether a verifier may countersign an anchor: a countersignature promises the hotspot that the
// payer's deposit holds the anchor's maximum.
//
//     spent + sum of open reservations + this one <= deposit
//
// Everything is as of one finalized block. The epoch of that block, not of the wall clock, bounds
// how far ahead an anchor may lie: the contract lets a withdrawal go when every epoch is settled
// that a verifier could have reserved before it saw the request. Pure, any thread.
#pragma once
#include <span>

#include "rewards/channels/anchor.h"

namespace earshot::rewards::channels {

// The payer's account and the contract's terms at a finalized block.
struct DepositView {
  Uint128 deposit = 0;              // Deposited less withdrawn.
  Uint128 spent = 0;                // By the newest epoch that is settled.
  std::uint64_t settled_epoch = 0;  // That epoch.
  bool withdrawal_requested = false;
  std::uint64_t block_epoch = 0;  // The epoch of the block's time.
  std::uint64_t reservation_epochs = 0;
};

// `held`: what this verifier countersigned before, of any payer, expired or not; an anchor that is
// among them may be signed again. Errc::check_failed says what stands against it.
Result<void> may_reserve(const Anchor& anchor, const DepositView& view,
                         std::span<const Anchor> held);

}  // namespace earshot::rewards::channels
