#include "core/message_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/doubles/random_messages.h"

namespace earshot {
namespace {

using nlohmann::json;

json beacon() {
  return to_json(Message(
      BeaconReport{.frequency_hz = 868'100'000, .spreading_factor = 7, .bandwidth_hz = 125'000}));
}
std::string refusal(const json& value) {
  const auto message = message_from_json(value);
  return message ? "accepted" : message.error().detail;
}

TEST(MessageJson, ReadsBackWhatItWroteProperty) {
  RandomMessages random(60);
  for (int i = 0; i < 300; ++i) {
    const Message message = random.next();
    EXPECT_EQ(message_from_json(parse_json(to_json(message).dump()).value()).value(), message);
  }
}

TEST(MessageJson, ReadsBackHeadersAndBatches) {
  const SigningKey key = signing_key_from_seed(ByteArray<32>{1});
  const auto messages = RandomMessages(61).next_of(key.public_key, 4);
  const SignedHeader header = sign_batch(31337, key, 1, {}, messages);
  EXPECT_EQ(signed_header_from_json(to_json(header)).value(), header);
  const Batch batch{header_id(31337, header.header), messages};
  EXPECT_EQ(batch_from_json(to_json(batch)).value(), batch);
}

TEST(MessageJson, WritesWhatJavaScriptCanRead) {
  Onboarding onboarding{.round = 29'000'000, .sequence = 1, .position = {1, -2, 3}};
  onboarding.owner[19] = 0xAB;
  const json object = to_json(Message(onboarding));
  EXPECT_EQ(object.at("type"), "onboarding");
  EXPECT_EQ(object.at("round"), "29000000");
  EXPECT_EQ(object.at("owner"), "0x00000000000000000000000000000000000000ab");
  EXPECT_EQ(object.at("position"), (json{{"x_mm", "1"}, {"y_mm", "-2"}, {"z_mm", "3"}}));
  EXPECT_EQ(object.at("region"), "eu868");
  EXPECT_EQ(object.at("transmits"), false);
  EXPECT_EQ(object.at("antenna_gain_ddbi"), 0);
}

TEST(MessageJson, NamesTheKeyThatIsWrong) {
  json value = beacon();
  EXPECT_EQ(refusal(value), "accepted");
  value["spreading_factor"] = 13;
  EXPECT_EQ(refusal(value), "beacon: spreading_factor: expected an integer, 7 to 12");
  value["spreading_factor"] = 7.0;
  EXPECT_EQ(refusal(value), "beacon: spreading_factor: expected an integer, 7 to 12");
  value["spreading_factor"] = 7 + 256;
  EXPECT_EQ(refusal(value), "beacon: spreading_factor: expected an integer, 7 to 12");
  value = beacon();
  value["power"] = 1;
  EXPECT_EQ(refusal(value), "beacon: key 'power' is unknown");
  value = beacon();
  value.erase("round");
  EXPECT_EQ(refusal(value), "beacon: key 'round' is missing");
  value = beacon();
  value["round"] = "0x10";
  EXPECT_EQ(refusal(value), "beacon: round: expected an integer, 0 to 150000000");
  value["round"] = "007";
  EXPECT_NE(refusal(value), "accepted");
  value = beacon();
  value["hotspot"] = "abcd";
  EXPECT_EQ(refusal(value),
            "beacon: hotspot: expected 32 bytes as hex; found 2 bytes of hex, expected 32");
  EXPECT_EQ(refusal(json::array()), "message: expected a JSON object");
  EXPECT_EQ(refusal(json{{"type", "party"}}),
            "message: type: expected one of 'onboarding', 'beacon', 'silence', 'witness'");
  value = to_json(Message(SilenceNotice{}));
  value["reason"] = "tired";
  EXPECT_EQ(refusal(value),
            "silence: reason: expected one of 'duty_cycle', 'channel_busy', 'not_configured'");
}

TEST(MessageJson, TakesNumbersForSixtyFourBitIntegers) {
  json value = beacon();
  value["round"] = 12;
  EXPECT_EQ(round_of(message_from_json(value).value()), 12U);
  value["transmit_ps"] = -5;
  EXPECT_EQ(std::get<BeaconReport>(message_from_json(value).value()).transmit_ps, -5);
}

TEST(BatchJson, NamesTheMessageThatIsWrong) {
  json batch = {{"header", std::string(64, '0')}, {"messages", json::array({beacon(), beacon()})}};
  EXPECT_TRUE(batch_from_json(batch));
  batch["messages"][1]["round"] = "x";
  EXPECT_EQ(batch_from_json(batch).error().detail,
            "batch, message 1: beacon: round: expected an integer, 0 to 150000000");
  batch["messages"] = json::array();
  EXPECT_FALSE(batch_from_json(batch));
  EXPECT_FALSE(batch_from_json(json::array()));
}

TEST(ParseJson, RefusesRepeatedKeysDepthAndNoise) {
  EXPECT_EQ(parse_json(R"({"a":1,"b":{"a":2,"a":3}})").error().detail, "JSON key 'a' is repeated");
  EXPECT_TRUE(parse_json(R"({"a":1,"b":{"a":2}})"));
  EXPECT_FALSE(parse_json(std::string(200, '[') + std::string(200, ']')));
  EXPECT_FALSE(parse_json(std::string(100'000, '[')));
  EXPECT_EQ(parse_json("{").error().code, Errc::bad_data);
  EXPECT_FALSE(parse_json(""));
  EXPECT_FALSE(parse_json("{} {}"));
}

}  // namespace
}  // namespace earshot
