#include "core/ed25519_lanes.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/doubles/forged_signatures.h"

namespace earshot {
namespace {

std::vector<SignatureCheck> checks_of(const std::vector<ForgedSignature>& cases) {
  std::vector<SignatureCheck> checks;
  for (const ForgedSignature& one : cases) {
    checks.push_back({one.key, one.message, one.signature});
  }
  return checks;
}

// libsodium itself, not our wrapper of it.
bool reference(const ForgedSignature& one) {
  return crypto_sign_verify_detached(one.signature.data(), one.message.data(), one.message.size(),
                                     one.key.data()) == 0;
}

// How many are accepted; every verdict is libsodium's.
std::size_t count_agreed(const std::vector<ForgedSignature>& cases) {
  const std::vector<SignatureCheck> checks = checks_of(cases);
  const std::vector<bool> verdicts = verify_signatures(checks);
  std::size_t accepted = 0;
  EXPECT_EQ(verdicts.size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(verdicts[i], reference(cases[i]))
        << i << ": key " << to_hex(cases[i].key) << " signature " << to_hex(cases[i].signature)
        << " message " << to_hex(cases[i].message);
    accepted += verdicts[i] ? 1 : 0;
  }
  return accepted;
}

// RFC 8032, section 7.1, tests 1 to 3, each in every lane.
TEST(Ed25519Lanes, AcceptRfc8032InEveryLane) {
  const auto of = [](const char* key, const char* message, const char* signature) {
    return ForgedSignature{*array_from_hex<32>(key), *from_hex(message),
                           *array_from_hex<64>(signature)};
  };
  const std::vector<ForgedSignature> given = {
      of("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
         "c"
         "f9b46bd25bf5f0595bbe24655141438e7a100b"),
      of("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
         "0"
         "f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
      of("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
         "8"
         "4dc6594a7c15e9716ed28dc027beceea1ec40a")};
  std::vector<ForgedSignature> cases;
  for (std::size_t i = 0; i < 24; ++i) cases.push_back(given[i % 3]);
  EXPECT_EQ(count_agreed(cases), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) cases[i].signature[i] ^= 1;
  EXPECT_EQ(count_agreed(cases), 0U);
}

TEST(Ed25519Lanes, AgreeOnEveryAdversarialVectorOfCctv) {
  std::ifstream file(EARSHOT_SOURCE_DIR "/tests/vectors/ed25519_cctv.json");
  const auto vectors = nlohmann::json::parse(file);
  std::vector<ForgedSignature> cases;
  for (const auto& vector : vectors.at("cases")) {
    const auto message = vector["msg"].get<std::string>();
    cases.push_back({*array_from_hex<32>(vector["key"].get<std::string>()),
                     Bytes(message.begin(), message.end()),
                     *array_from_hex<64>(vector["sig"].get<std::string>())});
  }
  ASSERT_GT(cases.size(), 100U);
  const std::size_t accepted = count_agreed(cases);
  EXPECT_GT(accepted, 0U);
  EXPECT_LT(accepted, cases.size());
}

// bench-verify --campaign does the same ten million times.
TEST(Ed25519Lanes, AgreeOnEveryKindOfForgery) {
  Forger forger(20260101);
  constexpr std::size_t kEach = 200;
  for (std::size_t kind = 0; kind < kForgeries; ++kind) {
    const auto forgery = static_cast<Forgery>(kind);
    std::vector<ForgedSignature> cases;
    for (std::size_t i = 0; i < kEach; ++i) cases.push_back(forger.make(forgery));
    SCOPED_TRACE(forgery_name(forgery));
    const std::size_t accepted = count_agreed(cases);
    const bool is_mixed =
        forgery == Forgery::mixed_order_key || forgery == Forgery::mixed_order_both;
    if (forgery == Forgery::none) {
      EXPECT_EQ(accepted, kEach);
    } else if (is_mixed) {
      EXPECT_GT(accepted, 0U);  // The equation without cofactor holds for some of them.
      EXPECT_LT(accepted, kEach);
    } else {
      EXPECT_LE(accepted, kEach / 50);  // The same message twice, a bit of S that was set.
    }
  }
}

TEST(Ed25519Lanes, AgreeHoweverManyThereAreAndWhereverTheBadOneIs) {
  Forger forger(7);
  for (std::size_t count = 0; count <= 18; ++count) {
    for (std::size_t bad = 0; bad <= count; bad += 3) {
      std::vector<ForgedSignature> cases;
      for (std::size_t i = 0; i < count; ++i) {
        cases.push_back(forger.make(i == bad ? Forgery::bit_of_message : Forgery::none));
      }
      EXPECT_EQ(count_agreed(cases), count - (bad < count ? 1 : 0)) << count << " " << bad;
    }
  }
}

TEST(Ed25519Lanes, EveryEngineGivesTheSameVerdicts) {
  Forger forger(11);
  std::vector<ForgedSignature> cases;
  for (std::size_t i = 0; i < 10 * kForgeries; ++i) {
    cases.push_back(forger.make(static_cast<Forgery>(i % kForgeries)));
  }
  const std::vector<SignatureCheck> checks = checks_of(cases);
  EXPECT_EQ(verify_signatures(checks, SignatureEngine::libsodium), verify_signatures(checks));
}

}  // namespace
}  // namespace earshot
