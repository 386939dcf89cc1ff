#include "core/messages.h"

#include <gtest/gtest.h>

#include "core/merkle.h"
#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

constexpr NetworkId kNetwork = 31337;

TEST(Messages, DecodeWhatWasEncodedProperty) {
  RandomMessages random(8);
  for (int i = 0; i < 500; ++i) {
    const Message message = random.next();
    const Bytes body = encode(message);
    EXPECT_EQ(body.size(), body_size(type_of(message)));
    EXPECT_EQ(decode(type_of(message), body).value(), message);
  }
}

TEST(Messages, AFlippedBitIsRefusedOrAnotherMessageProperty) {
  RandomMessages random(9);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    const Message message = random.next();
    Bytes body = encode(message);
    const std::size_t bit = random.below(body.size() * 8);
    body[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const Result<Message> decoded = decode(type_of(message), body);
    if (!decoded) {
      ++refused;
      continue;
    }
    EXPECT_NE(*decoded, message);
    EXPECT_EQ(encode(*decoded), body);
  }
  EXPECT_GT(refused, 100);
}

TEST(Messages, EveryTruncationAndExtensionIsRefusedProperty) {
  RandomMessages random(10);
  for (int i = 0; i < 20; ++i) {
    const Message message = random.next();
    Bytes body = encode(message);
    for (std::size_t size = 0; size < body.size(); ++size) {
      EXPECT_FALSE(decode(type_of(message), ByteView(body).first(size)));
    }
    body.push_back(0);
    EXPECT_FALSE(decode(type_of(message), body));
  }
}

TEST(Messages, BeginWithTheSignerAndTheRound) {
  RandomMessages random(11);
  for (int i = 0; i < 50; ++i) {
    const Message message = random.next();
    const Bytes body = encode(message);
    Reader reader(body);
    EXPECT_EQ(reader.get_array<32>(), signer_of(message));
    EXPECT_EQ(reader.get<Round>(), round_of(message));
  }
}

TEST(Messages, TheErrorNamesTypeOffsetAndExpectation) {
  BeaconReport beacon{.frequency_hz = 868'100'000, .spreading_factor = 7, .bandwidth_hz = 125'000};
  Bytes body = encode(Message(beacon));
  body[144] = 6;
  EXPECT_EQ(decode(MessageType::beacon_report, body).error().detail,
            "beacon, offset 144: spreading_factor is 6, expected 7 to 12");
  body[144] = 7;
  body[148] = 1;
  EXPECT_EQ(decode(MessageType::beacon_report, body).error().detail,
            "beacon, offset 145: bandwidth_hz is 124929, expected 125000, 250000 or 500000");
  EXPECT_EQ(decode(static_cast<MessageType>(9), body).error().detail,
            "message type is 9, expected 1 to 4");
}

TEST(Messages, RefuseValuesThatNoRuleCouldReckonWith) {
  BeaconReport beacon{.frequency_hz = 868'100'000, .spreading_factor = 7, .bandwidth_hz = 125'000};
  ASSERT_TRUE(decode(MessageType::beacon_report, encode(Message(beacon))));
  BeaconReport late = beacon;
  late.round = kLastRound + 1;
  EXPECT_FALSE(decode(MessageType::beacon_report, encode(Message(late))));
  BeaconReport far = beacon;
  far.transmit_ps = std::numeric_limits<std::int64_t>::min();
  EXPECT_FALSE(decode(MessageType::beacon_report, encode(Message(far))));
  BeaconReport vague = beacon;
  vague.transmit_error_ps = ~0ULL;
  EXPECT_FALSE(decode(MessageType::beacon_report, encode(Message(vague))));
  BeaconReport loud = beacon;
  loud.power_cdbm = 2'000'000'000;
  EXPECT_FALSE(decode(MessageType::beacon_report, encode(Message(loud))));
}

TEST(Messages, TypeNamesAreThoseOfTheIds) {
  EXPECT_EQ(type_name(MessageType::onboarding), "onboarding");
  EXPECT_EQ(type_name(MessageType::beacon_report), "beacon");
  EXPECT_EQ(type_name(MessageType::silence_notice), "silence");
  EXPECT_EQ(type_name(MessageType::witness_report), "witness");
  const Message message = SilenceNotice{};
  EXPECT_EQ(message_id(kNetwork, message), message_id("silence", kNetwork, encode(message)));
}

}  // namespace
}  // namespace earshot
