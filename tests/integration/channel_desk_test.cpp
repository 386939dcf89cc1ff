// A verifier's payment channels on a real node: what it reserves, takes and settles by.
#include "verifier/channel_desk.h"

#include "tests/doubles/open_channel.h"
#include "tests/integration/chain_fixture.h"

namespace earshot::verifier {
namespace {

using rewards::PayoutLeaf;
using rewards::chain::AccountKey;
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
                                .key = signers_[0]},
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

TEST_F(ChannelDeskTest, SaysLaterWhenTheNodeDoesNotAnswer) {
  const OpenChannel channel = open(1, 1);
  anvil_->kill();
  EXPECT_EQ(desk_->reserve(channel.opening).error().code, Errc::unavailable);
  EXPECT_EQ(refusal_of(OpenChannel(channel).end(1)), Errc::unavailable);
  EXPECT_FALSE(desk_->book(kNow, 1));
}

}  // namespace
}  // namespace earshot::verifier
