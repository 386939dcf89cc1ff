#include "core/vrf.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

TEST(Vrf, MatchesTheSuitesTestVector) {
  std::ifstream file(EARSHOT_SOURCE_DIR "/tests/vectors/vrf_r255.json");
  const auto vector = nlohmann::json::parse(file);
  const auto text = [&](const char* name) { return vector.at(name).get<std::string>(); };
  const VrfKey key = vrf_key_from_scalar(*array_from_hex<32>(text("sk"))).value();
  EXPECT_EQ(to_hex(key.public_key), text("pk"));
  const Bytes alpha = from_hex(text("alpha")).value();
  const VrfProof proof = vrf_prove(key, alpha);
  EXPECT_EQ(to_hex(proof), text("pi"));
  const auto output = vrf_verify(key.public_key, alpha, proof);
  ASSERT_TRUE(output);
  EXPECT_EQ(to_hex(*output), text("beta"));
}

TEST(Vrf, ProofsOfAnyKeyAndInputVerifyProperty) {
  RandomMessages random(6);
  for (int i = 0; i < 20; ++i) {
    const VrfKey key = vrf_key_from_seed(random.array<32>());
    const Bytes alpha = random.bytes(random.below(80));
    EXPECT_TRUE(is_valid_vrf_key(key.public_key));
    EXPECT_TRUE(vrf_verify(key.public_key, alpha, vrf_prove(key, alpha)));
  }
}

TEST(Vrf, AFlippedBitAnywhereFailsProperty) {
  RandomMessages random(7);
  const VrfKey key = vrf_key_from_seed(random.array<32>());
  const Bytes alpha = random.bytes(32);
  const VrfProof proof = vrf_prove(key, alpha);
  for (std::size_t bit = 0; bit < proof.size() * 8; ++bit) {
    VrfProof wrong = proof;
    wrong[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_FALSE(vrf_verify(key.public_key, alpha, wrong)) << bit;
  }
  Bytes other = alpha;
  other[3] ^= 1;
  EXPECT_FALSE(vrf_verify(key.public_key, other, proof));
  EXPECT_FALSE(vrf_verify(vrf_key_from_seed({}).public_key, alpha, proof));
}

TEST(Vrf, TheSameKeyAndInputGiveTheSameProof) {
  const VrfKey key = vrf_key_from_seed(ByteArray<32>{1});
  EXPECT_EQ(vrf_prove(key, as_bytes("x")), vrf_prove(key, as_bytes("x")));
  EXPECT_NE(vrf_prove(key, as_bytes("x")), vrf_prove(key, as_bytes("y")));
}

// s + group order is the same scalar in another spelling: accepting it would give two valid proofs.
TEST(Vrf, RefusesAnSThatIsNotReduced) {
  const VrfKey key = vrf_key_from_seed(ByteArray<32>{1});
  VrfProof proof = vrf_prove(key, as_bytes("x"));
  const auto order =
      *array_from_hex<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = carry + proof[48 + i] + order[i];
    proof[48 + i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  EXPECT_FALSE(vrf_verify(key.public_key, as_bytes("x"), proof));
}

TEST(Vrf, RefusesBadKeys) {
  EXPECT_FALSE(is_valid_vrf_key(VrfPublicKey{}));  // The identity.
  VrfPublicKey negative{};
  negative[0] = 1;
  EXPECT_FALSE(is_valid_vrf_key(negative));
  EXPECT_EQ(vrf_key_from_scalar({}).error().code, Errc::bad_data);
  ByteArray<32> large{};
  large.fill(0xFF);
  EXPECT_EQ(vrf_key_from_scalar(large).error().code, Errc::bad_data);
  EXPECT_FALSE(vrf_verify(VrfPublicKey{}, as_bytes("x"), VrfProof{}));
}

}  // namespace
}  // namespace earshot
