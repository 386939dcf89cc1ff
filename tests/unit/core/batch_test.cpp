#include <gtest/gtest.h>

#include "core/header_signatures.h"
#include "core/merkle.h"
#include "core/messages.h"
#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

constexpr NetworkId kNetwork = 31337;

struct Signed {
  SigningKey key = signing_key_from_seed(ByteArray<32>{9});
  std::vector<Message> messages;
  SignedHeader header;
  Batch batch;

  explicit Signed(std::uint64_t seed, std::size_t count = 5) {
    messages = RandomMessages(seed).next_of(key.public_key, count);
    header = sign_batch(kNetwork, key, 1, Hash256{}, messages);
    batch = {header_id(kNetwork, header.header), messages};
  }
};

TEST(SignedHeader, DecodesWhatWasEncoded) {
  const Signed one(1);
  const Bytes bytes = encode(one.header);
  EXPECT_EQ(bytes.size(), kSignedHeaderBytes);
  EXPECT_EQ(encode(one.header.header).size(), kBatchHeaderBytes);
  EXPECT_EQ(decode_signed_header(bytes).value(), one.header);
}

TEST(SignedHeader, IsSignedByItsSignerOnItsNetworkOnly) {
  Signed one(2);
  EXPECT_TRUE(is_signed_by_its_signer(kNetwork, one.header));
  EXPECT_FALSE(is_signed_by_its_signer(kNetwork + 1, one.header));
  one.header.header.count += 1;
  EXPECT_FALSE(is_signed_by_its_signer(kNetwork, one.header));
}

TEST(SignedHeader, ManyAtOnceHaveTheVerdictsOfOneAfterTheOther) {
  std::vector<SignedHeader> headers;
  for (std::uint8_t i = 0; i < 21; ++i) {
    headers.push_back(Signed(i).header);
    if (i % 4 == 1) headers.back().header.count += 1;
    if (i % 4 == 3) headers.back().signature[i] ^= 4;
  }
  const std::vector<bool> verdicts = are_signed_by_their_signers(kNetwork, headers);
  ASSERT_EQ(verdicts.size(), headers.size());
  for (std::size_t i = 0; i < headers.size(); ++i) {
    EXPECT_EQ(verdicts[i], i % 2 == 0) << i;
    EXPECT_EQ(verdicts[i], is_signed_by_its_signer(kNetwork, headers[i])) << i;
  }
  EXPECT_TRUE(are_signed_by_their_signers(kNetwork, {}).empty());
}

TEST(SignedHeader, RefusesWhatCannotBe) {
  const Signed one(3);
  SignedHeader backwards = one.header;
  backwards.header.first_round = 8;
  backwards.header.last_round = 7;
  EXPECT_EQ(decode_signed_header(encode(backwards)).error().detail,
            "signed header: last_round is 7, before first_round 8");
  SignedHeader empty = one.header;
  empty.header.count = 0;
  EXPECT_FALSE(decode_signed_header(encode(empty)));
  SignedHeader zeroth = one.header;
  zeroth.header.sequence = 0;
  EXPECT_FALSE(decode_signed_header(encode(zeroth)));
}

TEST(SignedHeader, AFlippedBitIsRefusedOrAnotherHeaderProperty) {
  const Signed one(4);
  const Bytes bytes = encode(one.header);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes wrong = bytes;
    wrong[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto decoded = decode_signed_header(wrong);
    if (!decoded) continue;
    EXPECT_EQ(encode(*decoded), wrong);
    EXPECT_FALSE(is_signed_by_its_signer(kNetwork, *decoded)) << bit;
  }
}

TEST(Batch, DecodesWhatWasEncodedProperty) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Signed one(seed, 1 + seed);
    EXPECT_EQ(decode_batch(encode(one.batch)).value(), one.batch);
    EXPECT_TRUE(check_batch(kNetwork, one.header, one.batch));
  }
}

TEST(Batch, AFlippedBitIsRefusedSomewhereProperty) {
  const Signed one(5);
  const Bytes bytes = encode(one.batch);
  for (std::size_t bit = 0; bit < bytes.size() * 8; bit += 7) {
    Bytes wrong = bytes;
    wrong[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const auto decoded = decode_batch(wrong);
    if (!decoded) continue;
    EXPECT_EQ(encode(*decoded), wrong);
    EXPECT_FALSE(check_batch(kNetwork, one.header, *decoded)) << bit;
  }
}

TEST(Batch, IsRefusedWhenEmptyCutOrOfUnknownType) {
  const Signed one(6);
  Bytes bytes = encode(one.batch);
  EXPECT_FALSE(decode_batch({}));
  EXPECT_FALSE(decode_batch(ByteView(bytes).first(32)));
  EXPECT_FALSE(decode_batch(ByteView(bytes).first(bytes.size() - 1)));
  bytes[32] = 0;
  EXPECT_EQ(decode_batch(bytes).error().detail,
            "batch, message at offset 32: message type is 0, expected 1 to 4");
}

TEST(CheckBatch, SaysWhatIsNotThatOfTheHeader) {
  const auto refusal = [](const Signed& one) {
    const auto checked = check_batch(kNetwork, one.header, one.batch);
    return checked ? std::string("accepted") : checked.error().detail;
  };
  Signed fewer(7);
  fewer.batch.messages.pop_back();
  EXPECT_EQ(refusal(fewer), "batch: holds 4 messages, its header says 5");

  Signed other_header(7);
  other_header.batch.header[0] ^= 1;
  EXPECT_NE(refusal(other_header).find("which is another one"), std::string::npos);

  Signed stranger(7);
  std::visit([](auto& m) { m.hotspot = PublicKey{1}; }, stranger.batch.messages[2]);
  EXPECT_NE(refusal(stranger).find("holds a message of 01"), std::string::npos);

  Signed moved(7);
  for (Message& message : moved.batch.messages) std::visit([](auto& m) { m.round = 3; }, message);
  EXPECT_NE(refusal(moved).find("holds rounds 3 to 3"), std::string::npos);

  Signed swapped(7);
  std::swap(swapped.batch.messages[0], swapped.batch.messages[4]);
  EXPECT_EQ(refusal(swapped), "batch: its messages are not those of the header's root");
}

TEST(SignBatch, ChainsHeadersById) {
  const Signed one(8);
  const Hash256 previous = header_id(kNetwork, one.header.header);
  const SignedHeader next = sign_batch(kNetwork, one.key, 2, previous, one.messages);
  EXPECT_EQ(next.header.previous, previous);
  EXPECT_EQ(next.header.sequence, 2U);
  EXPECT_EQ(next.header.count, 5U);
  EXPECT_TRUE(is_signed_by_its_signer(kNetwork, next));
}

}  // namespace
}  // namespace earshot
