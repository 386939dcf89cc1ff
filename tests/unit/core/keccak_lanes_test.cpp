#include "core/keccak_lanes.h"

#include <gtest/gtest.h>

#include <random>

#include "core/owner_signature.h"

namespace earshot {
namespace {

constexpr KeccakEngine kEngines[] = {KeccakEngine::one_by_one, KeccakEngine::avx2,
                                     KeccakEngine::avx512};

// What the plain function says of each message.
std::vector<Hash256> one_by_one(ByteView messages, std::size_t length, std::size_t count) {
  std::vector<Hash256> hashes(count);
  for (std::size_t i = 0; i < count; ++i) {
    hashes[i] = keccak256(messages.subspan(i * length, length));
  }
  return hashes;
}

Bytes random_bytes(std::size_t count, std::mt19937_64& random) {
  Bytes bytes(count);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(KeccakLanes, AreTheSingleHashForEveryLengthOfOneBlock) {
  std::mt19937_64 random(1);
  for (const KeccakEngine engine : kEngines) {
    if (!has_engine(engine)) continue;
    for (std::size_t length = 0; length <= kMostKeccakBytes; ++length) {
      const Bytes messages = random_bytes(11 * length, random);
      std::vector<Hash256> hashes(11);
      keccak256_each(messages, length, hashes, engine);
      EXPECT_EQ(hashes, one_by_one(messages, length, 11)) << engine_name(engine) << length;
    }
  }
}

TEST(KeccakLanes, AreTheSingleHashForAnyNumberOfMessages) {
  std::mt19937_64 random(2);
  for (const KeccakEngine engine : kEngines) {
    if (!has_engine(engine)) continue;
    for (std::size_t count = 0; count <= 40; ++count) {
      const Bytes messages = random_bytes(64 * count, random);
      std::vector<Hash256> hashes(count);
      keccak256_each(messages, 64, hashes, engine);
      EXPECT_EQ(hashes, one_by_one(messages, 64, count)) << engine_name(engine) << count;
    }
  }
}

TEST(KeccakLanes, HashAHashInItsPlace) {
  std::mt19937_64 random(3);
  for (const KeccakEngine engine : kEngines) {
    if (!has_engine(engine)) continue;
    std::vector<Hash256> hashes(29);
    for (Hash256& hash : hashes) hash[random() % 32] = static_cast<std::uint8_t>(random());
    const ByteView bytes(hashes.front().data(), hashes.size() * 32);
    const std::vector<Hash256> expected = one_by_one(bytes, 32, hashes.size());
    keccak256_each(bytes, 32, hashes, engine);
    EXPECT_EQ(hashes, expected) << engine_name(engine);
  }
}

TEST(KeccakLanes, UseWhatTheMachineHas) {
  EXPECT_TRUE(has_engine(keccak_engine()));
  EXPECT_TRUE(has_engine(KeccakEngine::one_by_one));
  EXPECT_EQ(engine_name(KeccakEngine::avx512), "AVX-512");
}

}  // namespace
}  // namespace earshot
