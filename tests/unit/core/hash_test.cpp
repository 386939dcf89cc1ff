#include "core/hash.h"

#include <gtest/gtest.h>

#include <thread>

namespace earshot {
namespace {

// FIPS 180-4 examples (NIST).
TEST(Sha256, MatchesTheStandardsExamples) {
  EXPECT_EQ(to_hex(sha256(as_bytes(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, OfPartsIsThatOfTheWhole) {
  EXPECT_EQ(sha256({as_bytes("a"), as_bytes(""), as_bytes("bc")}), sha256(as_bytes("abc")));
}

TEST(Sha256, GivesTheSameOnEveryThread) {
  Hash256 other{};
  std::thread([&] { other = sha256(as_bytes("abc")); }).join();
  EXPECT_EQ(other, sha256(as_bytes("abc")));
}

TEST(MessageId, IsTheHashOfPrefixTypeNetworkAndBody) {
  Writer whole;
  whole.put(as_bytes("earshot/v1/beacon"));
  whole.put(std::uint8_t{0});
  whole.put(std::uint64_t{31337});
  whole.put(as_bytes("body"));
  EXPECT_EQ(message_id("beacon", 31337, as_bytes("body")), sha256(whole.bytes()));
}

TEST(MessageId, DiffersByTypeAndByNetwork) {
  const Hash256 id = message_id("beacon", 1, as_bytes("body"));
  EXPECT_NE(id, message_id("witness", 1, as_bytes("body")));
  EXPECT_NE(id, message_id("beacon", 2, as_bytes("body")));
}

}  // namespace
}  // namespace earshot
