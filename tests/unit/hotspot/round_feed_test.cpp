#include "hotspot/round_feed.h"

#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

const std::string kHex(64, 'a');

std::string body(const std::string& entropy) {
  return R"({"round": 7, "network": "31337", "entropy": )" + entropy + "}";
}

TEST(ParseRound, TakesARoundWithAndWithoutEntropy) {
  const Result<RoundNews> with = parse_round(body('"' + kHex + '"'));
  ASSERT_TRUE(with);
  EXPECT_EQ(with->round, 7U);
  EXPECT_EQ(with->network, 31337U);
  EXPECT_EQ(to_hex(*with->entropy), kHex);
  EXPECT_FALSE(parse_round(body("null"))->entropy);
}

TEST(ParseRound, NamesWhatIsWrong) {
  const auto problem = [](const std::string& text) { return parse_round(text).error().detail; };
  EXPECT_EQ(problem("["), "round: the answer is no JSON object");
  EXPECT_EQ(problem(R"({"network": "1", "entropy": null})"),
            "round: round is missing or of another kind");
  EXPECT_EQ(problem(R"({"round": 7, "network": "x", "entropy": null})"),
            "round: network is not a number");
  EXPECT_EQ(problem(R"({"round": 7, "network": "1"})"),
            "round: entropy is missing or of another kind");
  EXPECT_NE(problem(body("\"abc\"")).find("round: entropy: "), std::string::npos);
}

TEST(FetchRound, RefusesAnotherRoundAnotherNetworkAndAnError) {
  FakeTransport transport;
  transport.handler = [](const HttpRequest&) {
    return HttpResponse{200, std::nullopt, body("null")};
  };
  EXPECT_TRUE(fetch_round(transport, 7, 31337));
  EXPECT_EQ(transport.requests.back().path, "/v1/rounds/7");
  EXPECT_EQ(fetch_round(transport, 8, 31337).error().code, Errc::bad_data);
  EXPECT_EQ(fetch_round(transport, 7, 1).error().code, Errc::bad_data);
  transport.handler = [](const HttpRequest&) {
    return HttpResponse{404, std::nullopt, R"({"error": "not opened"})"};
  };
  EXPECT_EQ(fetch_round(transport, 7, 31337).error().detail, "round 7: 404 not opened");
}

}  // namespace
}  // namespace earshot::hotspot
