#include "rewards/chain/eip712.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/unit/rewards/chain/evm_vectors.h"

namespace earshot::rewards::chain {
namespace {

constexpr NetworkId kAnvil = 31337;

ContractDomain vector_domain() {
  return {kAnvil, *parse_address("0x5FbDB2315678afecb367f032d93F642f64180aa3")};
}

AccountKey vector_key() { return *account_key(evm_vector_secret()); }

AccountKey numbered_key(std::uint8_t number) { return *account_key(filled<32>(number)); }

Epoch vector_epoch() {
  Epoch epoch;
  epoch.epoch = 20779;
  epoch.signer_set_version = 3;
  epoch.previous_rewards_root = filled<32>(0x11);
  epoch.rewards_root = filled<32>(0x22);
  epoch.cumulative_total = ~Uint128{0};
  epoch.debits_root = filled<32>(0x33);
  epoch.cumulative_data = 12345678901234567890ULL;
  epoch.artifact_hash = filled<32>(0x44);
  epoch.log_size = ~std::uint64_t{0};
  epoch.log_root = filled<32>(0x55);
  return epoch;
}

Onboarding vector_onboarding() {
  Onboarding onboarding;
  onboarding.hotspot = filled<32>(0xA1);
  onboarding.round = 29921760;
  onboarding.sequence = 2;
  onboarding.vrf_key = filled<32>(0xB2);
  onboarding.position = {-4177000123, 856000456, -1};
  onboarding.s2_cell = 5158535110981353472;
  onboarding.antenna_gain_ddbi = -25;
  onboarding.region = RegionId::eu868;
  onboarding.transmits = true;
  onboarding.clock = ClockClass::gnss;
  return onboarding;
}

// Signing is deterministic, so equal signatures mean equal digests.
TEST(Eip712, EpochIsSignedAsCastSignsIt) {
  EXPECT_EQ(prefixed_hex(sign_digest(vector_key(), epoch_digest(vector_domain(), vector_epoch()))),
            evm_vector("signature_epoch"));
}

TEST(Eip712, RotationIsSignedAsCastSignsIt) {
  const Rotation rotation{
      2, 2, {*parse_address(kEvmVectorOther), *parse_address(kEvmVectorAccount)}};
  EXPECT_EQ(prefixed_hex(sign_digest(vector_key(), rotation_digest(vector_domain(), rotation))),
            evm_vector("signature_rotation"));
}

TEST(Eip712, AnchorsAndReservationsAreSignedAsCastSignsThem) {
  const channels::Anchor anchor{*parse_address(kEvmVectorAccount),
                                filled<32>(0xA1),
                                20780,
                                ~std::uint64_t{0},
                                channels::kMaxUnits,
                                filled<32>(0xC3)};
  EXPECT_EQ(prefixed_hex(sign_digest(vector_key(), anchor_digest(vector_domain(), anchor))),
            evm_vector("signature_anchor"));
  const Hash256 reservation = reservation_digest(vector_domain(), filled<32>(0xD4));
  EXPECT_EQ(prefixed_hex(sign_digest(vector_key(), reservation)),
            evm_vector("signature_reservation"));
}

TEST(Eip712, OnboardingIsSignedAsCastSignsIt) {
  Onboarding onboarding = vector_onboarding();
  sign_onboarding(vector_key(), kAnvil, onboarding);
  EXPECT_EQ(prefixed_hex(onboarding.owner_signature), evm_vector("signature_onboarding"));
  EXPECT_TRUE(verify_onboarding_owner(kAnvil, onboarding));
}

TEST(Eip712, EveryFieldOfAnOnboardingIsSigned) {
  Onboarding signed_one = vector_onboarding();
  sign_onboarding(vector_key(), kAnvil, signed_one);
  const std::vector<std::function<void(Onboarding&)>> changes = {
      [](Onboarding& o) { o.hotspot[0] ^= 1; },
      [](Onboarding& o) { o.round += 1; },
      [](Onboarding& o) { o.sequence += 1; },
      [](Onboarding& o) { o.vrf_key[31] ^= 1; },
      [](Onboarding& o) { o.owner = numbered_key(9).address; },
      [](Onboarding& o) { o.position.x_mm += 1; },
      [](Onboarding& o) { o.position.y_mm += 1; },
      [](Onboarding& o) { o.position.z_mm += 1; },
      [](Onboarding& o) { o.s2_cell += 1; },
      [](Onboarding& o) { o.antenna_gain_ddbi += 1; },
      [](Onboarding& o) { o.region = RegionId::us915; },
      [](Onboarding& o) { o.transmits = false; },
      [](Onboarding& o) { o.clock = ClockClass::network; },
      [](Onboarding& o) { o.owner_signature[10] ^= 1; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Onboarding changed = signed_one;
    changes[i](changed);
    EXPECT_FALSE(verify_onboarding_owner(kAnvil, changed)) << "change " << i;
  }
  EXPECT_FALSE(verify_onboarding_owner(kAnvil + 1, signed_one));
}

TEST(Eip712, SignaturesAreJoinedAscendingAndCountOncePerSigner) {
  const Hash256 digest = epoch_digest(vector_domain(), vector_epoch());
  std::vector<AccountKey> keys = {numbered_key(1), numbered_key(2), numbered_key(3)};
  std::sort(keys.begin(), keys.end(),
            [](const AccountKey& a, const AccountKey& b) { return a.address > b.address; });
  const std::vector<EvmSignature> signatures = {sign_digest(keys[0], digest),
                                                sign_digest(keys[1], digest)};
  const Result<Bytes> joined = join_signatures(digest, signatures, 2);
  ASSERT_TRUE(joined) << joined.error().detail;
  EXPECT_TRUE(std::equal(signatures[1].begin(), signatures[1].end(), joined->begin()));
  EXPECT_TRUE(std::equal(signatures[0].begin(), signatures[0].end(), joined->begin() + 65));
  const std::vector<EvmSignature> same = {signatures[0], signatures[0]};
  EXPECT_EQ(join_signatures(digest, same, 2).error().code, Errc::check_failed);
  EXPECT_EQ(join_signatures(digest, std::vector<EvmSignature>{EvmSignature{}}, 1).error().code,
            Errc::bad_signature);
}

}  // namespace
}  // namespace earshot::rewards::chain
