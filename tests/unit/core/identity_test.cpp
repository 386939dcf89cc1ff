#include "core/identity.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace earshot {
namespace {

class KeyFile : public testing::Test {
 protected:
  KeyFile() {
    std::string name = (std::filesystem::temp_directory_path() / "earshot-key-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~KeyFile() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

// RFC 8032, section 7.1, tests 1 and 3.
TEST(Signing, MatchesRfc8032) {
  const auto key = signing_key_from_seed(
      *array_from_hex<32>("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(to_hex(key.public_key),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(
      to_hex(sign(key, {})),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
      "f9b46bd25bf5f0595bbe24655141438e7a100b");
  const auto other = signing_key_from_seed(
      *array_from_hex<32>("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
  EXPECT_EQ(
      to_hex(sign(other, Bytes{0xaf, 0x82})),
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
      "984dc6594a7c15e9716ed28dc027beceea1ec40a");
}

TEST(Signing, VerifiesItsOwnAndNothingElse) {
  const SigningKey key = signing_key_from_seed(random_seed());
  const Bytes message = {1, 2, 3};
  Signature signature = sign(key, message);
  EXPECT_TRUE(verify_signature(key.public_key, message, signature));
  EXPECT_FALSE(verify_signature(key.public_key, Bytes{1, 2}, signature));
  EXPECT_FALSE(
      verify_signature(signing_key_from_seed(random_seed()).public_key, message, signature));
  signature[5] ^= 1;
  EXPECT_FALSE(verify_signature(key.public_key, message, signature));
}

// C2SP CCTV: what a key or signature of low or mixed order could do is settled by refusing the key.
TEST(Ed25519Adversarial, NoVectorWithAStrangeKeyPassesOnboarding) {
  std::ifstream file(EARSHOT_SOURCE_DIR "/tests/vectors/ed25519_cctv.json");
  const auto vectors = nlohmann::json::parse(file);
  int refused_keys = 0;
  for (const auto& c : vectors.at("cases")) {
    const auto key = *array_from_hex<32>(c.at("key").get<std::string>());
    const auto signature = *array_from_hex<64>(c.at("sig").get<std::string>());
    const auto message = c.at("msg").get<std::string>();
    bool strange_key = false;
    bool strange_signature = false;
    for (const std::string flag : c.at("flags")) {
      strange_key = strange_key || flag == "low_order_A" || flag == "low_order_component_A" ||
                    flag == "non_canonical_A";
      strange_signature = strange_signature || flag == "low_order_R" ||
                          flag == "low_order_component_R" || flag == "non_canonical_R";
    }
    EXPECT_EQ(is_valid_public_key(key), !strange_key) << c;
    refused_keys += strange_key ? 1 : 0;
    if (strange_key) continue;
    EXPECT_EQ(verify_signature(key, as_bytes(message), signature), !strange_signature) << c;
  }
  EXPECT_GT(refused_keys, 5);
}

TEST(PublicKeys, RefusesTheIdentityAndWhatIsOffTheCurve) {
  PublicKey identity{};
  identity[0] = 1;
  EXPECT_FALSE(is_valid_public_key(identity));
  EXPECT_FALSE(is_valid_public_key(PublicKey{}));
  PublicKey off_curve{};
  off_curve[0] = 2;
  EXPECT_FALSE(is_valid_public_key(off_curve));
  EXPECT_TRUE(is_valid_public_key(signing_key_from_seed(ByteArray<32>{7}).public_key));
}

TEST(RandomSeed, IsNotTheSameTwice) { EXPECT_NE(random_seed(), random_seed()); }

TEST_F(KeyFile, ReadsBackWhatItWrote) {
  const ByteArray<32> seed = random_seed();
  ASSERT_TRUE(write_key_file(path("key"), seed));
  EXPECT_EQ(read_key_file(path("key")).value().seed, seed);
  struct stat status{};
  ASSERT_EQ(::stat(path("key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(KeyFile, IsNeverOverwritten) {
  ASSERT_TRUE(write_key_file(path("key"), ByteArray<32>{1}));
  EXPECT_EQ(write_key_file(path("key"), ByteArray<32>{2}).error().code, Errc::usage);
  EXPECT_EQ(read_key_file(path("key")).value().seed, ByteArray<32>{1});
}

TEST_F(KeyFile, IsRefusedWhenOthersMayReadIt) {
  ASSERT_TRUE(write_key_file(path("key"), ByteArray<32>{1}));
  ::chmod(path("key").c_str(), 0640);
  EXPECT_EQ(read_key_file(path("key")).error().code, Errc::permission);
}

TEST_F(KeyFile, SaysWhatIsWrong) {
  EXPECT_EQ(read_key_file(path("none")).error().code, Errc::unavailable);
  EXPECT_EQ(write_key_file(path("no/folder/key"), ByteArray<32>{1}).error().code,
            Errc::unavailable);
  const std::string digits(64, 'a');
  for (const std::string& text : {std::string(), digits, digits + "\n\n", digits.substr(2) + "\n",
                                  "zz" + digits.substr(2) + "\n"}) {
    std::ofstream(path("bad")) << text;
    ::chmod(path("bad").c_str(), 0600);
    EXPECT_EQ(read_key_file(path("bad")).error().code, Errc::bad_data) << text;
  }
}

}  // namespace
}  // namespace earshot
