#include "hotspot/uploader.h"

#include "core/posting.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

constexpr UnixNanos kSecond = kNanosPerSecond;

class UploaderTest : public ::testing::Test {
 protected:
  UploaderTest() {
    outbox_ = Outbox::open(directory_.file("outbox"), 31337, identity_.signing, {});
    EXPECT_TRUE(outbox_);
    EXPECT_TRUE(outbox_->add(test_report(identity_, kTestRound, 1)));
    EXPECT_TRUE(outbox_->seal(kTestRound + 1));
  }
  Delivery deliver(UnixNanos now) {
    Result<Delivery> delivery = upload(*outbox_, transport_, now);
    EXPECT_TRUE(delivery);
    return delivery.value_or(Delivery{});
  }
  void answer_with(int status, std::optional<std::int64_t> retry_after, const std::string& body) {
    transport_.handler = [=](const HttpRequest&) {
      return HttpResponse{status, retry_after, body};
    };
  }

  TemporaryDirectory directory_;
  Identity identity_ = test_identity(1);
  FakeTransport transport_;
  Result<Outbox> outbox_ = fail(Errc::usage, "");
  UnixNanos end_ = round_opening(kTestRound + 1);
  UnixNanos reveal_ = end_ + kHeaderDeadlineSeconds * kSecond;
};

TEST_F(UploaderTest, PostsTheHeaderThenTheBody) {
  EXPECT_EQ(deliver(end_).headers, 1U);
  EXPECT_EQ(deliver(reveal_).bodies, 1U);
  ASSERT_EQ(transport_.requests.size(), 2U);
  EXPECT_EQ(transport_.requests[0].path, "/v1/headers");
  EXPECT_EQ(transport_.requests[1].path, "/v1/bodies");
  EXPECT_EQ(transport_.requests[1].content_type, "application/octet-stream");
  EXPECT_EQ(outbox_->undelivered(), 0U);
}

TEST_F(UploaderTest, TakesAlreadyHeldAsDelivered) {
  answer_with(200, std::nullopt, R"({"accepted":0,"held":1})");
  EXPECT_EQ(deliver(reveal_).bodies, 1U);
  EXPECT_EQ(outbox_->undelivered(), 0U);
}

TEST_F(UploaderTest, ComesBackWhenThe429Says) {
  EXPECT_EQ(deliver(end_).headers, 1U);
  answer_with(429, 90, R"({"error":"before the commit deadline"})");
  const Delivery delivery = deliver(reveal_);
  ASSERT_EQ(delivery.failed.size(), 1U);
  EXPECT_EQ(delivery.failed[0], "body 1: 429 before the commit deadline");
  EXPECT_EQ(outbox_->next_due(), reveal_ + 90 * kSecond);
}

TEST_F(UploaderTest, HoldsEverythingBackAfterA503) {
  ASSERT_TRUE(outbox_->add(test_report(identity_, kTestRound + 1, 2)));
  ASSERT_TRUE(outbox_->seal(kTestRound + 2));
  answer_with(503, 30, R"({"error":"disk full"})");
  const UnixNanos now = end_ + 60 * kSecond;
  EXPECT_EQ(deliver(now).failed.size(), 2U);
  EXPECT_EQ(transport_.requests.size(), 1U) << "both headers went in it";
  EXPECT_EQ(outbox_->next_due(), now + 30 * kSecond);
}

TEST_F(UploaderTest, KeepsWhatItCouldNotSendWhenNobodyAnswers) {
  transport_.handler = [](const HttpRequest&) -> Result<HttpResponse> {
    return fail(Errc::unavailable, "connection refused");
  };
  const Delivery delivery = deliver(end_);
  EXPECT_EQ(delivery.failed, std::vector<std::string>{"header 1: connection refused"});
  EXPECT_EQ(outbox_->undelivered(), 1U);
  EXPECT_GT(*outbox_->next_due(), end_);
}

// A verifier that answers each item on its own, with the statuses of this list.
void answer_items(FakeTransport& transport, const std::vector<std::string>& items) {
  transport.handler = [=](const HttpRequest& request) {
    if (request.path != "/v1/messages") return HttpResponse{202, std::nullopt, "{}"};
    std::string body = R"({"accepted":0,"held":0,"items":[)";
    for (const std::string& item : items) body += (&item == &items.front() ? "" : ",") + item;
    return HttpResponse{503, 5, body + "]}"};
  };
}

TEST_F(UploaderTest, SendsAHeaderAndAnEarlierBodyInOneRequest) {
  EXPECT_EQ(deliver(end_).headers, 1U);
  const Round later = kTestRound + 16;
  ASSERT_TRUE(outbox_->add(test_report(identity_, later, 2)));
  ASSERT_TRUE(outbox_->seal(later + 1));
  const Delivery delivery = deliver(round_opening(later + 1));
  EXPECT_EQ(delivery.headers, 1U);
  EXPECT_EQ(delivery.bodies, 1U);
  ASSERT_EQ(transport_.requests.size(), 2U);
  EXPECT_EQ(transport_.requests[1].path, "/v1/messages");
  const Result<std::vector<Posted>> items = decode_posting(transport_.requests[1].body);
  ASSERT_TRUE(items && items->size() == 2);
  EXPECT_EQ(std::get<SignedHeader>((*items)[0]).header.first_round, later);
  EXPECT_EQ(round_of(std::get<Batch>((*items)[1]).messages[0]), kTestRound);
}

TEST_F(UploaderTest, TakesTheAnswerToEachItem) {
  for (const Round more : {Round{1}, Round{2}, Round{3}}) {
    ASSERT_TRUE(outbox_->add(test_report(identity_, kTestRound + more, 1)));
    ASSERT_TRUE(outbox_->seal(kTestRound + more + 1));
  }
  answer_items(transport_, {R"({"accepted":1,"held":0,"status":202})",
                            R"({"accepted":0,"error":"forged","held":0,"status":401})",
                            R"({"accepted":0,"held":1,"status":200})",
                            R"({"accepted":0,"error":"slowly","held":0,"status":429,)"
                            R"("retry_after_seconds":90})"});
  const UnixNanos now = end_ + 300 * kSecond;
  const Delivery delivery = deliver(now);
  EXPECT_EQ(delivery.headers, 2U);
  ASSERT_EQ(delivery.refused.size(), 1U);
  EXPECT_EQ(delivery.refused[0].what, "header 2");
  EXPECT_EQ(delivery.refused[0].detail, "forged");
  EXPECT_EQ(delivery.failed, std::vector<std::string>{"header 4: 429 slowly"});
  EXPECT_EQ(outbox_->next_due(), now + 90 * kSecond);
  EXPECT_EQ(transport_.requests.size(), 1U);
}

TEST_F(UploaderTest, SendsOneByOneWhatIsRefusedAsAWhole) {
  ASSERT_TRUE(outbox_->add(test_report(identity_, kTestRound + 1, 2)));
  ASSERT_TRUE(outbox_->seal(kTestRound + 2));
  transport_.handler = [](const HttpRequest& request) {
    return HttpResponse{request.path == "/v1/messages" ? 404 : 202, std::nullopt,
                        R"({"error":"there is nothing under this path"})"};
  };
  const Delivery delivery = deliver(end_ + 60 * kSecond);
  EXPECT_EQ(delivery.headers, 2U);
  EXPECT_TRUE(delivery.refused.empty());
  ASSERT_EQ(transport_.requests.size(), 3U);
  EXPECT_EQ(transport_.requests[2].path, "/v1/headers");
}

TEST_F(UploaderTest, AnswersThatDoNotCountTheItemsAreAboutTheWholeRequest) {
  ASSERT_TRUE(outbox_->add(test_report(identity_, kTestRound + 1, 2)));
  ASSERT_TRUE(outbox_->seal(kTestRound + 2));
  for (const char* item : {R"({"status":202})", R"({"status":"202"})", "7"}) {
    answer_items(transport_, {item});
    const UnixNanos now = std::max(*outbox_->next_due(), end_ + 60 * kSecond);
    const Delivery delivery = deliver(now);
    EXPECT_EQ(delivery.failed.size(), 2U) << item;
    EXPECT_EQ(outbox_->undelivered(), 2U);
  }
}

TEST_F(UploaderTest, ReportsARefusalOnceAndLeavesIt) {
  for (const int status : {400, 401, 409, 413}) {
    SCOPED_TRACE(status);
    const Round round = kTestRound + static_cast<Round>(status);
    ASSERT_TRUE(outbox_->add(test_report(identity_, round, 1)));
    ASSERT_TRUE(outbox_->seal(round + 1));
    answer_with(202, std::nullopt, "");
    deliver(round_opening(round));
    answer_with(status, std::nullopt, R"({"error":"no\nthanks"})");
    const Delivery delivery = deliver(round_opening(round + 1));
    ASSERT_FALSE(delivery.refused.empty());
    EXPECT_EQ(delivery.refused.back().status, status);
    EXPECT_EQ(delivery.refused.back().detail, "no thanks");
    EXPECT_TRUE(deliver(round_opening(round + 3)).refused.empty());
  }
  EXPECT_EQ(outbox_->failures().size(), 4U);
}

TEST(ErrorLine, IsPrintableAndBounded) {
  EXPECT_EQ(error_line("\x01nonsense\xff"), " nonsense ");
  EXPECT_EQ(error_line(std::string(9999, 'x')).size(), kMaxDetailBytes);
  EXPECT_EQ(error_line(R"({"error":17})"), R"({"error":17})");
}

}  // namespace
}  // namespace earshot::hotspot
