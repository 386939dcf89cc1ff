// POST /v1/messages: headers and batches in one request.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/message_json.h"
#include "core/posting.h"
#include "tests/doubles/fake_signer.h"
#include "tests/doubles/memory_service.h"

namespace earshot::verifier {
namespace {

using Json = nlohmann::json;

constexpr Round kRound = 29'000'000;
constexpr UnixNanos kLate = round_opening(kRound) + 3 * 3600 * kNanosPerSecond;

class ApiMessagesTest : public testing::Test {
 protected:
  ApiMessagesTest() {
    add(onboarding_.header);
    EXPECT_EQ(post().status, 202);
    add(onboarding_.batch);
    EXPECT_EQ(post().status, 202);
  }
  void add(const SignedHeader& header) { add_posted(request_, PostedType::header, encode(header)); }
  void add(const Batch& batch) { add_posted(request_, PostedType::batch, encode(batch)); }
  // What was added since the last one.
  HttpResponse post() {
    const Bytes body = std::exchange(request_, {});
    return post(std::string(body.begin(), body.end()), "application/octet-stream");
  }
  HttpResponse post(const std::string& body, const std::string& type) {
    return service_.api.handle_request(
        {.method = "POST", .target = "/v1/messages", .content_type = type, .body = body});
  }
  static std::vector<int> statuses_of(const HttpResponse& response) {
    std::vector<int> statuses;
    const Json body = Json::parse(response.body);
    for (const Json& item : body.at("items")) statuses.push_back(item.at("status"));
    return statuses;
  }

  MemoryService service_{{.now = kLate}};
  FakeSigner signer_{1};
  SignedBatch onboarding_ = signer_.sign({signer_.onboarding(kRound)});
  Bytes request_;
};

TEST_F(ApiMessagesTest, TakesAHeaderAndAnEarlierBodyWithOneWrite) {
  const SignedBatch first = signer_.sign({signer_.witness(kRound, 1)});
  const SignedBatch second = signer_.sign({signer_.witness(kRound + 1, 1)});
  add(first.header);
  ASSERT_EQ(post().status, 202);
  const std::size_t writes = service_.store.commits;
  add(second.header);
  add(first.batch);
  const HttpResponse response = post();
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(service_.store.commits, writes + 1);
  EXPECT_EQ(response.body,
            R"({"accepted":2,"held":0,"items":[{"accepted":1,"held":0,"status":202},)"
            R"({"accepted":1,"held":0,"status":202}]})");
}

TEST_F(ApiMessagesTest, HeldAndNewTogetherIs202AndAllHeldIs200) {
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  add(batch.header);
  add(onboarding_.batch);
  HttpResponse response = post();
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(statuses_of(response), (std::vector{202, 200}));
  add(batch.header);
  add(onboarding_.batch);
  response = post();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(Json::parse(response.body).at("held"), 2);
}

TEST_F(ApiMessagesTest, OneRefusedItemLeavesTheOthersTakenAndTheAnswerIsNot2xx) {
  const SignedBatch now = signer_.sign({signer_.witness(round_at(kLate), 1)});
  const SignedBatch next = signer_.sign({signer_.witness(kRound, 1)});
  add(now.header);
  ASSERT_EQ(post().status, 202);
  add(next.header);
  add(now.batch);
  const HttpResponse response = post();
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(statuses_of(response), (std::vector{202, 429}));
  const Json body = Json::parse(response.body);
  EXPECT_EQ(body["items"][1]["retry_after_seconds"], *response.retry_after_seconds);
  EXPECT_TRUE(body["error"].get<std::string>().starts_with("item 1: batch: reports may be shown"))
      << body["error"];
  add(next.header);
  EXPECT_EQ(post().status, 200) << "it was taken";
}

TEST_F(ApiMessagesTest, ABodyNeedsAHeaderThatWasHeldBefore) {
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  for (const int status : {404, 202}) {
    add(batch.header);
    add(batch.batch);
    EXPECT_EQ(post().status, status);
  }
}

TEST_F(ApiMessagesTest, TheSameItemTwiceInOneRequestIsAcceptedThenHeld) {
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  add(batch.header);
  add(batch.header);
  add(signer_.sign_as(batch.header.header.sequence, {signer_.silence(kRound)}).header);
  EXPECT_EQ(statuses_of(post()), (std::vector{202, 200, 409}));
  EXPECT_EQ(service_.store.equivocations()->size(), 1U);
}

TEST_F(ApiMessagesTest, NothingIsTakenOfARequestThatCannotBeRead) {
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  const std::uint64_t before = service_.store.log_head().size;
  add(batch.header);
  request_.push_back(9);
  const HttpResponse response = post();
  EXPECT_EQ(response.status, 400);
  EXPECT_FALSE(Json::parse(response.body).contains("items"));
  EXPECT_EQ(service_.store.log_head().size, before);
  EXPECT_EQ(post().status, 400) << "nothing at all";
}

TEST_F(ApiMessagesTest, TakesJsonAsWell) {
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  const Json items = Json::array({to_json(batch.header), to_json(onboarding_.batch)});
  EXPECT_EQ(statuses_of(post(items.dump(), "application/json")), (std::vector{202, 200}));
  EXPECT_EQ(post("{}", "application/json").status, 400);
  EXPECT_EQ(post("x", "text/html").status, 400);
}

TEST_F(ApiMessagesTest, AStoreThatFailsTakesNoItem) {
  const SignedBatch batch = signer_.sign({signer_.witness(kRound, 1)});
  service_.store.fails_to_write = true;
  add(batch.header);
  add(onboarding_.batch);
  const HttpResponse response = post();
  EXPECT_EQ(response.status, 503);
  EXPECT_TRUE(response.retry_after_seconds.has_value());
  EXPECT_EQ(statuses_of(response), (std::vector{503, 200})) << "what was held before is held";
}

}  // namespace
}  // namespace earshot::verifier
