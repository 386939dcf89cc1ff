#include "hotspot/hotspot.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

std::vector<Bytes> posted(const FakeTransport& transport, const std::string& path) {
  std::vector<Bytes> bodies;
  for (const HttpRequest& request : transport.requests) {
    if (request.path == path) bodies.push_back(request.body);
  }
  return bodies;
}

TEST(SeveralVerifiers, GetTheSameBatchesAndADeadOneHoldsUpNobody) {
  const TemporaryDirectory directory;
  const Identity identity = test_identity(4);
  Settings settings = test_settings();
  settings.delivery.prompt = true;
  VirtualClock clock(round_opening(kTestRound) + kNanosPerSecond);
  FakeTransport first, second;
  second.handler = [](const HttpRequest&) -> Result<HttpResponse> {
    return fail(Errc::unavailable, "nobody there");
  };
  const auto open = [&] {
    return Hotspot::open(identity, settings, directory.file("state"), first, clock, {},
                         {{"second", &second}});
  };
  BeaconPlan plan;
  plan.round = kTestRound;
  {
    Result<Hotspot> hotspot = open();
    ASSERT_TRUE(hotspot) << hotspot.error().detail;
    ASSERT_TRUE(hotspot->kept_silent(plan, SilenceReason::channel_busy));
    const Result<Delivery> delivery = hotspot->deliver();
    ASSERT_TRUE(delivery);
    EXPECT_EQ(delivery->headers, 1U);
    ASSERT_EQ(delivery->failed.size(), 1U);
    EXPECT_EQ(delivery->failed.front(), "header 1: nobody there");
  }
  // It is back after a restart, and gets what the first has had for long.
  second.handler = first.handler;
  second.requests.clear();
  clock.advance_to(round_opening(kTestRound + 20));
  Result<Hotspot> hotspot = open();
  ASSERT_TRUE(hotspot);
  ASSERT_TRUE(hotspot->deliver());
  ASSERT_TRUE(hotspot->deliver());
  EXPECT_EQ(posted(second, "/v1/headers"), posted(first, "/v1/headers"));
  EXPECT_EQ(posted(second, "/v1/bodies"), posted(first, "/v1/bodies"));
  EXPECT_EQ(posted(second, "/v1/bodies").size(), 1U);
  EXPECT_EQ(hotspot->undelivered(), 0U);
}

}  // namespace
}  // namespace earshot::hotspot
