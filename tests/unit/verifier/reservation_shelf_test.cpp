// The shelf, and what showing before asking is for: verifiers that reserve at the same time, in
// every order of their steps, never promise more than the deposit holds.
#include "verifier/reservation_shelf.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>

#include "rewards/channels/reservation.h"

namespace earshot::verifier {
namespace {

using rewards::channels::Anchor;
using rewards::channels::DepositView;
using rewards::channels::SignedAnchor;

constexpr EvmAddress kPayer = {1};

SignedAnchor anchor_of(std::uint64_t number, std::uint64_t price, std::uint64_t epoch = 5) {
  return {.anchor = {kPayer, {}, epoch, price, 1, Hash256{static_cast<std::uint8_t>(number)}},
          .reservations = {}};
}
Hash256 id_of(const Anchor& anchor) { return anchor.tip; }

TEST(ReservationShelf, ShowsWhatIsAskedForUntilItIsDropped) {
  ReservationShelf shelf;
  const SignedAnchor one = anchor_of(1, 10);
  EXPECT_FALSE(shelf.show(id_of(one.anchor), one));
  EXPECT_EQ(shelf.of(kPayer, 0).size(), 1U);
  EXPECT_EQ(shelf.of(kPayer, 6).size(), 0U);
  EXPECT_EQ(shelf.of(EvmAddress{2}, 0).size(), 0U);
  shelf.drop(id_of(one.anchor), kPayer);
  EXPECT_TRUE(shelf.of(kPayer, 0).empty());
}

TEST(ReservationShelf, WhatOneRequestDropsAnotherStillShows) {
  ReservationShelf shelf;
  const SignedAnchor one = anchor_of(1, 10);
  EXPECT_FALSE(shelf.show(id_of(one.anchor), one));
  EXPECT_FALSE(shelf.show(id_of(one.anchor), one));
  shelf.drop(id_of(one.anchor), kPayer);
  EXPECT_EQ(shelf.of(kPayer, 0).size(), 1U);
  shelf.keep(id_of(one.anchor), kPayer);
  EXPECT_TRUE(shelf.show(id_of(one.anchor), one));
  EXPECT_EQ(shelf.of(kPayer, 0).size(), 1U);
}

TEST(ReservationShelf, ForgetsWhatIsLongOver) {
  ReservationShelf shelf;
  for (const std::uint64_t epoch : {5, 6}) {
    const SignedAnchor one = anchor_of(epoch, 10, epoch);
    EXPECT_FALSE(shelf.show(id_of(one.anchor), one));
    shelf.keep(id_of(one.anchor), kPayer);
  }
  const SignedAnchor later = anchor_of(7, 10, 6 + ReservationShelf::kKeptEpochs);
  EXPECT_FALSE(shelf.show(id_of(later.anchor), later));
  EXPECT_EQ(shelf.of(kPayer, 0).size(), 2U);
}

// Verifiers that each reserve anchors of one payer; one step of one of them at a time.
class Race {
 public:
  static constexpr std::size_t kVerifiers = 3;
  static constexpr std::size_t kThreshold = 2;
  static constexpr std::uint64_t kDeposit = 100;

  Race(std::uint64_t seed, bool asks) : random_(seed), asks_(asks) {
    for (std::uint64_t i = 0; i < 5; ++i) {
      anchors_.push_back(anchor_of(i + 1, 20 + random_() % 60));
      for (std::size_t v = 0; v < kVerifiers; ++v) {
        if (random_() % 4 != 0) requests_.push_back({v, i, 0, {}});
      }
    }
    corrupt_ = random_() % kVerifiers;
  }
  // The most that the payer could make the deposit promise.
  std::uint64_t run() {
    while (!requests_.empty()) {
      const std::size_t at = random_() % requests_.size();
      if (step(requests_[at])) requests_.erase(requests_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    std::uint64_t promised = 0;
    for (std::size_t i = 0; i < anchors_.size(); ++i) {
      std::set<std::size_t> signers = signers_[i];
      signers.insert(corrupt_);  // Signs anything, shows nothing.
      if (signers.size() >= kThreshold) promised += anchors_[i].anchor.unit_price;
    }
    return promised;
  }

 private:
  struct Request {
    std::size_t verifier = 0;
    std::size_t anchor = 0;
    std::size_t done = 0;  // 0: nothing; 1: shown; then one for each verifier asked.
    std::map<Hash256, SignedAnchor> seen;
  };
  // True when the request is answered.
  bool step(Request& request) {
    if (request.verifier == corrupt_) return true;
    const SignedAnchor& opening = anchors_[request.anchor];
    const Hash256 id = id_of(opening.anchor);
    ReservationShelf& shelf = shelves_[request.verifier];
    if (request.done == 0) {
      ++request.done;
      return shelf.show(id, opening);
    }
    if (request.done <= kVerifiers) {
      const std::size_t asked = request.done - 1;
      ++request.done;
      if (asked == request.verifier || (asks_ && asked != corrupt_)) {
        request.seen.merge(shelves_[asked].of(kPayer, 0));
      }
      return false;
    }
    std::vector<Anchor> held;
    for (const auto& [other, shown] : request.seen) {
      if (other != id) held.push_back(shown.anchor);
    }
    const DepositView view{.deposit = kDeposit, .block_epoch = 5, .reservation_epochs = 1};
    const bool may = rewards::channels::may_reserve(opening.anchor, view, held).has_value();
    if (may) signers_[request.anchor].insert(request.verifier);
    may ? shelf.keep(id, kPayer) : shelf.drop(id, kPayer);
    return true;
  }

  std::mt19937_64 random_;
  bool asks_;
  std::size_t corrupt_ = 0;
  std::vector<SignedAnchor> anchors_;
  std::vector<Request> requests_;
  std::array<ReservationShelf, kVerifiers> shelves_;
  std::map<std::size_t, std::set<std::size_t>> signers_;
};

TEST(ReservationShelf, NoOrderOfStepsPromisesMoreThanTheDepositProperty) {
  std::uint64_t most = 0;
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    const std::uint64_t promised = Race(seed, true).run();
    ASSERT_LE(promised, Race::kDeposit) << "seed " << seed;
    most = std::max(most, promised);
  }
  EXPECT_GT(most, Race::kDeposit / 2);
}

TEST(ReservationShelf, WithoutAskingTheOthersADepositIsPromisedTwice) {
  std::uint64_t most = 0;
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    most = std::max(most, Race(seed, false).run());
  }
  EXPECT_GT(most, Race::kDeposit);
}

}  // namespace
}  // namespace earshot::verifier
