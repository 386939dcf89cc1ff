// A verifier's payment channels on a real node: what it reserves, takes and settles by.
#include "verifier/channel_desk.h"

#include "tests/doubles/open_channel.h"
#include "tests/integration/chain_fixture.h"

namespace earshot::verifier {
namespace {

using rewards::PayoutLeaf;
using rewards::chain::AccountKey;
using rewards::chain::AccountSigner;
using rewards::channels::ChannelEnd;
using rewards::channels::OpenChannel;

constexpr std::uint64_t kNow = rewards::chain::kFirstEpoch + 1;

class ChannelDeskTest : public rewards::chain::ChainTest {
 protected:
  // Account 1 has deposited 500 of the 600 that it earned.
  void SetUp() override {
    ChainTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const std::vector<PayoutLeaf> earned = {leaf(1, 600), leaf(2, 400)};
    ASSERT_TRUE(anvil_->fund(payer_.address));
    submit(epoch_over(earned, 1'000));
    let_it_mature();
    ASSERT_TRUE(send(encode_claim(claim_of(earned, 0))));
    ASSERT_TRUE(send_from(payer_, contract_->domain().contract,
                          rewards::chain::encode_deposit(payer_.address, 500)));
    ASSERT_TRUE(anvil_->finalize());
    registry_ = *RegistryStore::open(":memory:", contract_->domain().chain_id);
    desk_ = *ChannelDesk::open(":memory:", anvil_->url(),
                               {.network = contract_->domain().chain_id,
                                .contract = contract_->domain().contract,
                                .signer = std::make_shared<AccountSigner>(signers_[0])},
                               *registry_);
  }
  OpenChannel open(std::uint64_t price, std::uint64_t number, std::uint64_t epoch = kNow,
                   std::size_t reservations = 2) {
    return rewards::channels::open_channel(contract_->domain(), payer_, PublicKey{7}, epoch, price,
                                           10, number, std::span(signers_).first(reservations));
  }
  Errc refusal_of(const ChannelEnd& end) { return desk_->take(end).error().code; }

  const AccountKey payer_ = rewards::chain::numbered_key(1);
  std::unique_ptr<RegistryStore> registry_;
  std::unique_ptr<ChannelDesk> desk_;
};

TEST_F(ChannelDeskTest, CountersignsUntilTheDepositIsReserved) {
  const OpenChannel first = open(30, 1);
  const Result<EvmSignature> signature = desk_->reserve(first.opening);
  ASSERT_TRUE(signature) << signature.error().detail;
  EXPECT_EQ(*signature, first.opening.reservations[0]);
  EXPECT_EQ(*desk_->reserve(first.opening), *signature);  // Asked again.
  const Result<EvmSignature> second = desk_->reserve(open(21, 2).opening);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().detail,
            "not reserved: the channel may cost 210, of 500 deposited 200 are free");
  EXPECT_TRUE(desk_->reserve(open(20, 3).opening));
  EXPECT_EQ(desk_->reserve(open(1, 4, kNow + 2).opening).error().code, Errc::check_failed);
}

// The node's own development account plays the verifier: its key is in another program.
TEST_F(ChannelDeskTest, ReservesWithAKeyThatAnotherProgramHolds) {
  const EvmAddress held =
      *rewards::chain::parse_address("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  const auto desk_of = [&](const EvmAddress& account) {
    const rewards::chain::JsonRpc rpc(*rewards::chain::parse_endpoint(anvil_->url()));
    ChannelDesk::Rules rules;
    rules.network = contract_->domain().chain_id;
    rules.contract = contract_->domain().contract;
    rules.signer = std::make_shared<AccountSigner>(rewards::chain::RemoteSigner(rpc, account));
    return *ChannelDesk::open(":memory:", anvil_->url(), rules, *registry_);
  };
  const OpenChannel channel = open(30, 1);
  const Hash256 id = anchor_digest(contract_->domain(), channel.opening.anchor);
  const auto signature = desk_of(held)->reserve(channel.opening);
  ASSERT_TRUE(signature) << signature.error().detail;
  EXPECT_EQ(rewards::chain::recover_signer(reservation_digest(contract_->domain(), id), *signature),
            held);
  // An account that it does not hold: not now, says the verifier.
  const auto none = desk_of(rewards::chain::numbered_key(7).address)->reserve(channel.opening);
  EXPECT_EQ(none.error().code, Errc::unavailable);
}

TEST_F(ChannelDeskTest, RefusesWhatThePayerDidNotSignAndPayersThatLeave) {
  OpenChannel channel = open(1, 1);
  channel.opening.anchor.unit_price = 2;
  EXPECT_EQ(desk_->reserve(channel.opening).error().code, Errc::bad_signature);
  ASSERT_TRUE(
      send_from(payer_, contract_->domain().contract, rewards::chain::encode_request_withdrawal()));
  ASSERT_TRUE(anvil_->finalize());
  EXPECT_EQ(desk_->reserve(open(1, 2).opening).error().detail,
            "not reserved: the payer has requested a withdrawal");
}

TEST_F(ChannelDeskTest, TakesEndsThatPayAndBooksThem) {
  OpenChannel channel = open(30, 1);
  EXPECT_EQ(*desk_->take(channel.end(4)), EndReceipt::accepted);
  EXPECT_EQ(*desk_->take(channel.end(4)), EndReceipt::held);
  EXPECT_EQ(*desk_->take(channel.end(6)), EndReceipt::accepted);
  EXPECT_EQ(*desk_->take(channel.end(5)), EndReceipt::held);
  ChannelEnd boast = channel.end(6);
  boast.units = 7;
  EXPECT_EQ(refusal_of(boast), Errc::check_failed);
  EXPECT_EQ(refusal_of(open(30, 2, kNow, 1).end(1)), Errc::check_failed);

  const auto book =
      desk_->book(kNow, static_cast<UnixNanos>((kNow + 1) * 86'400) * kNanosPerSecond);
  ASSERT_TRUE(book) << book.error().detail;
  EXPECT_EQ(book->reservations_needed, 2U);
  EXPECT_EQ(book->verifiers, terms().signers);
  ASSERT_EQ(book->deposits.size(), 1U);
  EXPECT_TRUE(book->deposits[0].cumulative == 500);
  ASSERT_EQ(book->ends.size(), 1U);
  EXPECT_EQ(book->ends[0], channel.end(6));
  EXPECT_EQ(desk_->take(channel.end(7)).error().detail,
            "epoch " + std::to_string(kNow) + " is sealed");
  // Before the deposit there was none.
  const auto before =
      desk_->book(kNow - 1, static_cast<UnixNanos>(kNow * 86'400) * kNanosPerSecond);
  ASSERT_TRUE(before) << before.error().detail;
  EXPECT_TRUE(before->deposits.empty());
}

// Three desks that ask each other, two of which open a channel.
class ChannelDesksTest : public ChannelDeskTest {
 protected:
  class Others final : public OtherReservations {
   public:
    Others(ChannelDesksTest& test, std::size_t self) : test_(test), self_(self) {}
    Result<std::vector<rewards::channels::SignedAnchor>> reserved(const EvmAddress& payer,
                                                                  std::uint64_t first) override {
      std::vector<rewards::channels::SignedAnchor> all;
      for (std::size_t i = 0; i < test_.desks_.size(); ++i) {
        if (i == self_ || i == test_.silent_) continue;
        const auto one = test_.desks_[i]->reserved(payer, first);
        all.insert(all.end(), one.begin(), one.end());
      }
      for (const auto& invented : test_.invented_) all.push_back(invented);
      if (test_.are_cut_off_) return fail(Errc::unavailable, "nobody answers");
      return all;
    }
    std::size_t silent() const override { return test_.silent_ == 99 ? 0 : 1; }

   private:
    ChannelDesksTest& test_;
    std::size_t self_;
  };

  void SetUp() override {
    ChannelDeskTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (std::size_t i = 0; i < 3; ++i) {
      others_.push_back(std::make_unique<Others>(*this, i));
      desks_.push_back(*ChannelDesk::open(":memory:", anvil_->url(),
                                          {.network = contract_->domain().chain_id,
                                           .contract = contract_->domain().contract,
                                           .signer = std::make_shared<AccountSigner>(signers_[i])},
                                          *registry_));
      desks_[i]->consult(*others_[i]);
    }
  }
  bool reserves(std::size_t desk, const OpenChannel& channel) {
    return desks_[desk]->reserve(channel.opening).has_value();
  }

  std::vector<std::unique_ptr<Others>> others_;
  std::vector<std::unique_ptr<ChannelDesk>> desks_;
  std::size_t silent_ = 99;
  bool are_cut_off_ = false;
  std::vector<rewards::channels::SignedAnchor> invented_;
};

TEST_F(ChannelDesksTest, ShowingEachADifferentAnchorPromisesNoMoreThanTheDeposit) {
  // Each verifier by itself could reserve two of the three.
  const OpenChannel one = open(25, 1);
  const OpenChannel two = open(25, 2);
  const OpenChannel three = open(25, 3);
  EXPECT_TRUE(reserves(0, one));
  EXPECT_TRUE(reserves(1, two));
  EXPECT_FALSE(reserves(2, three));
  EXPECT_FALSE(reserves(0, three));
  EXPECT_TRUE(reserves(1, one));
  EXPECT_TRUE(reserves(2, two));
  EXPECT_TRUE(reserves(2, one));
  EXPECT_EQ(desks_[0]->reserve(three.opening).error().detail,
            "not reserved: the channel may cost 250, of 500 deposited 0 are free");
}

TEST_F(ChannelDesksTest, WithOneSilentTheOthersStillKnow) {
  silent_ = 2;  // What it reserves, it does not tell.
  const OpenChannel one = open(50, 1);
  const OpenChannel two = open(50, 2);
  EXPECT_TRUE(reserves(0, one));
  EXPECT_FALSE(reserves(1, two));
  are_cut_off_ = true;
  EXPECT_EQ(desks_[0]->reserve(open(1, 3).opening).error().code, Errc::unavailable);
  EXPECT_TRUE(reserves(0, one));  // Done before.
}

TEST_F(ChannelDesksTest, AnAnchorThatThePayerDidNotSignTakesNothingUp) {
  OpenChannel invented = open(50, 1);
  invented.opening.payer_signature[7] ^= 1;
  invented_ = {invented.opening};
  EXPECT_TRUE(reserves(0, open(50, 2)));
  invented_ = {open(50, 3).opening};
  EXPECT_FALSE(reserves(1, open(1, 4)));
}

TEST_F(ChannelDesksTest, BooksOnlyWhatTheChainHasFinished) {
  const auto end = static_cast<UnixNanos>((kNow + 1) * 86'400) * kNanosPerSecond;
  EXPECT_EQ(desks_[0]->book(kNow, end).error().code, Errc::unavailable);
  go_to((kNow + 1) * 86'400 + 1);
  ASSERT_TRUE(anvil_->finalize());
  const auto one = desks_[0]->book(kNow, end);
  ASSERT_TRUE(one) << one.error().detail;
  ASSERT_TRUE(anvil_->finalize());
  EXPECT_EQ(*desks_[1]->book(kNow, end), *one);
}

TEST_F(ChannelDeskTest, SaysLaterWhenTheNodeDoesNotAnswer) {
  const OpenChannel channel = open(1, 1);
  anvil_->kill();
  EXPECT_EQ(desk_->reserve(channel.opening).error().code, Errc::unavailable);
  EXPECT_EQ(refusal_of(OpenChannel(channel).end(1)), Errc::unavailable);
  EXPECT_FALSE(desk_->book(kNow, 1));
}

}  // namespace
}  // namespace earshot::verifier
