#include "rewards/channels/reservation.h"

#include <gtest/gtest.h>

namespace earshot::rewards::channels {
namespace {

Anchor anchor(std::uint8_t number, std::uint64_t epoch, std::uint64_t price,
              std::uint32_t units = 10) {
  return {EvmAddress{1}, PublicKey{2}, epoch, price, units, Hash256{number}};
}
DepositView view() {
  return {.deposit = 1'000,
          .spent = 100,
          .settled_epoch = 9,
          .block_epoch = 11,
          .reservation_epochs = 1};
}
std::string refusal(const Anchor& wanted, const DepositView& seen,
                    const std::vector<Anchor>& held = {}) {
  const Result<void> allowed = may_reserve(wanted, seen, held);
  return allowed ? "reserved" : allowed.error().detail;
}

TEST(Reservation, HoldsNoMoreThanTheDeposit) {
  EXPECT_EQ(refusal(anchor(1, 11, 90), view()), "reserved");
  EXPECT_EQ(refusal(anchor(1, 11, 91), view()),
            "not reserved: the channel may cost 910, of 1000 deposited 900 are free");
  const std::vector<Anchor> held = {anchor(1, 11, 40), anchor(2, 10, 20)};
  EXPECT_EQ(refusal(anchor(3, 12, 30), view(), held), "reserved");
  EXPECT_EQ(refusal(anchor(3, 12, 31), view(), held),
            "not reserved: the channel may cost 310, of 1000 deposited 300 are free");
  // What is settled is in `spent`, and no longer held.
  EXPECT_EQ(refusal(anchor(3, 12, 50), view(), {anchor(1, 11, 40), anchor(2, 9, 20)}), "reserved");
}

TEST(Reservation, OfOthersDoesNotCount) {
  Anchor other = anchor(1, 11, 90);
  other.payer = EvmAddress{7};
  EXPECT_EQ(refusal(anchor(2, 11, 90), view(), {other}), "reserved");
}

TEST(Reservation, IsGivenAgainForTheSameAnchor) {
  const Anchor held = anchor(1, 11, 90);
  EXPECT_EQ(refusal(held, view(), {held}), "reserved");
  DepositView requested = view();
  requested.withdrawal_requested = true;
  EXPECT_EQ(refusal(held, requested, {held}), "reserved");
}

TEST(Reservation, ReachesNoFurtherThanTheContractWaits) {
  EXPECT_EQ(refusal(anchor(1, 12, 1), view()), "reserved");
  EXPECT_EQ(refusal(anchor(1, 13, 1), view()),
            "not reserved: the anchor is for epoch 13, allowed: 11 to 12");
  EXPECT_EQ(refusal(anchor(1, 10, 1), view()),
            "not reserved: the anchor is for epoch 10, allowed: 11 to 12");
}

TEST(Reservation, EndsWithTheRequestOfAWithdrawal) {
  DepositView requested = view();
  requested.withdrawal_requested = true;
  EXPECT_EQ(refusal(anchor(1, 11, 1), requested),
            "not reserved: the payer has requested a withdrawal");
}

TEST(Reservation, OfImpossibleAnchorsIsRefused) {
  EXPECT_EQ(refusal(anchor(1, 11, 0), view()), "anchor: unit price is 0, allowed: 1 and more");
}

TEST(Reservation, DoesNotOverflow) {
  DepositView rich = view();
  rich.deposit = ~Uint128{0};
  const Anchor dearest = anchor(1, 11, ~std::uint64_t{0}, kMaxUnits);
  EXPECT_EQ(refusal(dearest, rich), "reserved");
  EXPECT_NE(refusal(dearest, view()), "reserved");
  DepositView overdrawn = view();
  overdrawn.spent = 2'000;
  EXPECT_NE(refusal(anchor(1, 11, 1), overdrawn), "reserved");
}

}  // namespace
}  // namespace earshot::rewards::channels
