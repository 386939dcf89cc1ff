// A real node with the contract on it, two of three signers, and an account that pays the fees.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "rewards/chain/contract.h"
#include "rewards/chain/submitter.h"
#include "simulator/anvil.h"

namespace earshot::rewards::chain {

inline AccountKey numbered_key(std::uint8_t number) {
  ByteArray<32> secret{};
  secret.back() = number;
  return *account_key(secret);
}

inline Hash256 filled_hash(std::uint8_t byte) {
  Hash256 hash{};
  hash.fill(byte);
  return hash;
}

inline constexpr std::uint64_t kFirstEpoch = 20779;
inline constexpr std::uint64_t kEpochSeconds = 86'400;
inline constexpr std::uint64_t kDelay = 3'600;
inline constexpr std::uint64_t kEmission = 1'000;
inline constexpr std::uint64_t kFirstEnd = (kFirstEpoch + 1) * kEpochSeconds;

class ChainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!simulator::find_anvil()) GTEST_SKIP() << simulator::find_anvil().error().detail;
    std::filesystem::remove_all(folder_);  // Left by a test that was killed under the same number.
    std::filesystem::create_directories(folder_);
    Result<simulator::AnvilProcess> started =
        simulator::AnvilProcess::start({.timestamp = kFirstEnd + 60, .automine = true});
    ASSERT_TRUE(started) << started.error().detail;
    anvil_.emplace(std::move(*started));
    ASSERT_TRUE(anvil_->fund(sender_.address));
    ASSERT_TRUE(anvil_->fund(guardian_.address));
    std::sort(signers_.begin(), signers_.end(),
              [](const AccountKey& a, const AccountKey& b) { return a.address < b.address; });
    deploy(terms());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  DeployTerms terms() const {
    DeployTerms terms;
    for (const AccountKey& signer : signers_) terms.signers.push_back(signer.address);
    terms.guardian = guardian_.address;
    terms.first_epoch = kFirstEpoch;
    terms.epoch_seconds = kEpochSeconds;
    terms.activation_delay = kDelay;
    terms.emission_per_epoch = kEmission;
    return terms;
  }

  void deploy(const DeployTerms& terms) {
    const Result<Receipt> receipt = send_from(sender_, std::nullopt, encode_deploy(terms));
    ASSERT_TRUE(receipt) << receipt.error().detail;
    ASSERT_TRUE(receipt->created);
    gas_of_deploy_ = receipt->gas_used;
    const Result<RewardsContract> contract = RewardsContract::at(node(), *receipt->created);
    ASSERT_TRUE(contract) << contract.error().detail;
    contract_.emplace(*contract);
  }

  Node& node() { return anvil_->node(); }
  std::string new_journal() {
    return (folder_ / ("journal-" + std::to_string(++journals_))).string();
  }

  // Looks until the transaction is where it should be. Anvil mines a moment after it has answered.
  static Result<Progress> look_for(Submitter& submitter, Stage stage) {
    constexpr int kLooks = 2'000;
    Result<Progress> progress = submitter.advance();
    for (int look = 1; look < kLooks && progress && progress->stage != stage; ++look) {
      progress = submitter.advance();
    }
    if (progress && progress->stage != stage) return fail(Errc::unavailable, "not mined in time");
    return progress;
  }

  // Sends and waits until it is mined.
  Result<Receipt> send_from(const AccountKey& key, const std::optional<EvmAddress>& to,
                            const Bytes& data) {
    Result<Submitter> submitter =
        Submitter::begin(node(), key, to, data, new_journal(), patient_rules());
    if (!submitter) return fail(submitter.error());
    const Result<Progress> progress = look_for(*submitter, Stage::mined);
    if (!progress) return fail(progress.error());
    return *progress->receipt;
  }
  // Looks are quicker here than in earnest.
  static FeeRules patient_rules() {
    FeeRules rules;
    rules.looks_before_raise = 1'000'000;
    return rules;
  }
  Result<Receipt> send(const Bytes& data) {
    return send_from(sender_, contract_->domain().contract, data);
  }
  Result<Receipt> send_as_guardian(const Bytes& data) {
    return send_from(guardian_, contract_->domain().contract, data);
  }
  // The contract's refusal, or what happened instead.
  std::string refusal(const Bytes& data) {
    const Result<Receipt> receipt = send(data);
    return receipt ? "accepted" : receipt.error().detail;
  }
  void expect_refused(const Bytes& data, const std::string& reason) {
    EXPECT_EQ(refusal(data).find("contract refuses: " + reason), 0U) << refusal(data);
  }

  // An epoch over these leaves that the contract takes next.
  Epoch epoch_over(const std::vector<PayoutLeaf>& leaves, Uint128 total) {
    const ContractStatus status = *contract_->status();
    Epoch epoch;
    epoch.epoch = status.epoch + 1;
    epoch.signer_set_version = status.signer_set_version;
    epoch.previous_rewards_root = status.current_root;
    epoch.rewards_root = PayoutTree::build(leaves)->root();
    epoch.cumulative_total = total;
    epoch.artifact_hash = filled_hash(0xA7);
    epoch.log_size = status.log_size + 10;
    epoch.log_root = filled_hash(0x10);
    return epoch;
  }
  Bytes signed_by_two(const Epoch& epoch) {
    const std::vector<AccountKey> two = {signers_[0], signers_[2]};
    return encode_submit(epoch, *sign_epoch(two, contract_->domain(), epoch, 2));
  }
  void submit(const Epoch& epoch) {
    const Result<Receipt> receipt = send(signed_by_two(epoch));
    ASSERT_TRUE(receipt) << receipt.error().detail;
  }
  void go_to(std::uint64_t unix_seconds) {
    const Result<void> mined = anvil_->mine_at(unix_seconds);
    ASSERT_TRUE(mined) << mined.error().detail;
  }
  void let_it_mature() { go_to(contract_->status()->matures_at); }

  static Claim claim_of(const std::vector<PayoutLeaf>& leaves, std::size_t index) {
    return {leaves[index], PayoutTree::build(leaves)->proof(index)};
  }
  static PayoutLeaf leaf(std::uint8_t account, std::uint64_t amount) {
    return {numbered_key(account).address, amount_from(amount)};
  }
  Uint128 balance(std::uint8_t account) {
    return *contract_->balance_of(numbered_key(account).address);
  }

  const AccountKey sender_ = numbered_key(200);
  const AccountKey guardian_ = numbered_key(201);
  std::vector<AccountKey> signers_ = {numbered_key(101), numbered_key(102), numbered_key(103)};
  std::optional<simulator::AnvilProcess> anvil_;
  std::optional<RewardsContract> contract_;
  std::uint64_t gas_of_deploy_ = 0;

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("earshot_chain_" + std::to_string(::getpid()));
  unsigned journals_ = 0;
};

}  // namespace earshot::rewards::chain
