#include <gtest/gtest.h>

#include <random>

#include "rewards/epoch_rewards.h"
#include "rewards/payout_tree.h"

namespace earshot::rewards {
namespace {

Artifact random_artifact(std::mt19937_64& bits) {
  const auto hash = [&] {
    Hash256 out{};
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(bits());
    return out;
  };
  Artifact artifact{.epoch = bits(),
                    .policy = hash(),
                    .previous_artifact = hash(),
                    .previous_rewards_root = hash(),
                    .log_size = bits(),
                    .log_root = hash(),
                    .debits = {},
                    .accounts = {}};
  for (std::size_t i = 0, count = bits() % 8; i < count; ++i) {
    artifact.accounts.push_back(
        {EvmAddress{static_cast<std::uint8_t>(i)}, Uint128{bits()} << 32 | 1});
    artifact.cumulative_total += artifact.accounts.back().cumulative;
  }
  for (std::size_t i = 0, count = bits() % 4; i < count; ++i) {
    artifact.debits.push_back({EvmAddress{static_cast<std::uint8_t>(i)}, bits() % 3});
    artifact.cumulative_data += artifact.debits.back().cumulative;
  }
  artifact.cumulative_data = std::min(artifact.cumulative_data, artifact.cumulative_total);
  return artifact;
}

std::string refusal(const Artifact& artifact) {
  const auto decoded = decode_artifact(encode(artifact));
  return decoded ? "accepted" : decoded.error().detail;
}

TEST(Artifact, DecodesWhatWasEncodedProperty) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 300; ++i) {
    const Artifact artifact = random_artifact(bits);
    EXPECT_EQ(decode_artifact(encode(artifact)).value(), artifact);
  }
}

TEST(Artifact, AFlippedBitIsRefusedOrAnotherArtifactProperty) {
  std::mt19937_64 bits(2);
  for (int i = 0; i < 2000; ++i) {
    const Artifact artifact = random_artifact(bits);
    Bytes bytes = encode(artifact);
    const std::size_t bit = bits() % (bytes.size() * 8);
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto decoded = decode_artifact(bytes);
    if (!decoded) continue;
    EXPECT_NE(*decoded, artifact);
    EXPECT_EQ(encode(*decoded), bytes);
  }
}

TEST(Artifact, IsRefusedAtEveryOtherLength) {
  std::mt19937_64 bits(3);
  Bytes bytes = encode(random_artifact(bits));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_artifact(ByteView(bytes).first(size))) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(decode_artifact(bytes));
}

TEST(Artifact, SaysWhatIsWrong) {
  const Artifact good{
      .cumulative_total = 3, .debits = {}, .accounts = {{EvmAddress{1}, 1}, {EvmAddress{2}, 2}}};
  EXPECT_EQ(refusal(good), "accepted");
  Artifact wrong = good;
  std::swap(wrong.accounts[0], wrong.accounts[1]);
  EXPECT_NE(refusal(wrong).find("out of order"), std::string::npos);
  wrong = good;
  wrong.cumulative_total = 4;
  EXPECT_EQ(refusal(wrong), "rewards artifact: the accounts sum to 3, the total says 4");
  wrong = good;
  wrong.accounts[0].cumulative = 0;
  EXPECT_NE(refusal(wrong).find("is zero"), std::string::npos);
  wrong = good;
  wrong.accounts[1].cumulative = ~Uint128{0};
  EXPECT_NE(refusal(wrong).find("leaves 128 bits"), std::string::npos);
  wrong = good;
  wrong.cumulative_data = 1;
  EXPECT_EQ(refusal(wrong), "rewards artifact: deposits paid 1, payers spent 0");
  wrong.debits = {{EvmAddress{1}, 0}, {EvmAddress{2}, 1}};
  EXPECT_EQ(refusal(wrong), "accepted");
  std::swap(wrong.debits[0], wrong.debits[1]);
  EXPECT_NE(refusal(wrong).find("payer 0x0100"), std::string::npos);
  wrong.debits = {{EvmAddress{1}, 9}};
  wrong.cumulative_data = 4;
  EXPECT_EQ(refusal(wrong), "rewards artifact: deposits paid 4 of 3");
  Bytes bytes = encode(good);
  bytes[5] = 1;
  EXPECT_EQ(decode_artifact(bytes).error().detail,
            "rewards artifact: offset 4: version is 1, expected 2");
  EXPECT_EQ(decode_artifact(as_bytes("HSRW")).error().detail,
            "rewards artifact: offset 0: expected the letters ERSH");
}

TEST(RewardsRoot, IsThePayoutTreesRootOverTheAccounts) {
  const Artifact artifact{
      .cumulative_total = 3, .debits = {}, .accounts = {{EvmAddress{1}, 1}, {EvmAddress{2}, 2}}};
  const std::vector<PayoutLeaf> leaves = {{EvmAddress{1}, amount_from(1)},
                                          {EvmAddress{2}, amount_from(2)}};
  EXPECT_EQ(rewards_root(artifact), PayoutTree::build(leaves)->root());
  EXPECT_EQ(rewards_root(Artifact{}), Hash256{});
  EXPECT_EQ(debits_root(Artifact{}), Hash256{});
  EXPECT_EQ(debits_root({.debits = artifact.accounts, .accounts = {}}), rewards_root(artifact));
}

}  // namespace
}  // namespace earshot::rewards
