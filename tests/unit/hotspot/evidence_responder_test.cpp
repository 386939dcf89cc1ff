#include "hotspot/evidence_responder.h"

#include "core/merkle.h"
#include "tests/unit/hotspot/test_world.h"

namespace earshot::hotspot {
namespace {

class ResponderTest : public ::testing::Test {
 protected:
  ResponderTest() {
    EvidenceBounds bounds;
    store_ = EvidenceStore::open(directory_.file("evidence"), bounds);
    EXPECT_TRUE(store_);
    id_.fill(0xAB);
    radio::Snippet snippet;
    snippet.rate_hz = 250'000;
    snippet.centre_hz = 868'100'000;
    snippet.bytes.assign(20'000, 3);
    bytes_ = snippet.bytes;
    EXPECT_TRUE(store_->put(id_, test_report(identity_, kTestRound, 1), snippet, 0));
    transport_.handler = [this](const HttpRequest& request) -> Result<HttpResponse> {
      if (request.method == "GET") return HttpResponse{200, std::nullopt, tasks_};
      return HttpResponse{evidence_status_, std::nullopt, R"({"error":"so it is"})"};
    };
    tasks_ = R"({"evidence":[{"report":")" + to_hex(id_) + R"(","deadline":"x"}]})";
  }
  EvidenceResponder responder() {
    return {identity_.signing.public_key, *store_, before_answering_};
  }

  TemporaryDirectory directory_;
  Identity identity_ = test_identity(1);
  Result<EvidenceStore> store_ = fail(Errc::usage, "");
  Hash256 id_{};
  Bytes bytes_;
  FakeTransport transport_;
  std::string tasks_;
  int evidence_status_ = 202;
  std::function<void(const Hash256&, Bytes&)> before_answering_;
};

TEST_F(ResponderTest, SendsChunksThatHashToTheRoot) {
  EvidenceResponder responder = this->responder();
  EXPECT_EQ(responder.answer(transport_).evidence, 1U);
  ASSERT_EQ(transport_.requests.size(), 2U);
  EXPECT_EQ(transport_.requests[0].path,
            "/v1/hotspots/" + to_hex(identity_.signing.public_key) + "/tasks");
  EXPECT_EQ(transport_.requests[1].path, "/v1/evidence/" + to_hex(id_));
  const auto chunks = decode_evidence(transport_.requests[1].body);
  ASSERT_TRUE(chunks);
  const Result<Bytes> joined =
      join_evidence(*chunks, merkle_root_of_chunks(bytes_, kEvidenceChunkBytes), bytes_.size());
  ASSERT_TRUE(joined) << joined.error().detail;
  EXPECT_EQ(*joined, bytes_);
  EXPECT_EQ(responder.answer(transport_).evidence, 0U) << "once is enough";
}

TEST_F(ResponderTest, TriesAgainAfterA503ButNotAfterARefusal) {
  EvidenceResponder responder = this->responder();
  evidence_status_ = 503;
  EXPECT_EQ(responder.answer(transport_).failed.size(), 1U);
  evidence_status_ = 409;
  const Delivery delivery = responder.answer(transport_);
  ASSERT_EQ(delivery.refused.size(), 1U);
  EXPECT_EQ(delivery.refused[0].detail, "so it is");
  EXPECT_TRUE(responder.answer(transport_).refused.empty());
}

TEST_F(ResponderTest, SaysWhatItNoLongerHasOnce) {
  store_->expire(10 * 86'400 * kNanosPerSecond);
  EvidenceResponder responder = this->responder();
  EXPECT_EQ(responder.answer(transport_).refused.size(), 1U);
  EXPECT_TRUE(responder.answer(transport_).refused.empty());
}

TEST_F(ResponderTest, SurvivesNonsense) {
  EvidenceResponder responder = this->responder();
  for (const char* body : {"", "[]", "{}", R"({"evidence":7})", R"({"evidence":[3]})",
                           R"({"evidence":[{"report":"zz"}]})", R"({"evidence":[{"report":1}]})",
                           R"({"evidence":[],"round":"7"})", R"({"evidence":[],"round":-1})"}) {
    tasks_ = body;
    EXPECT_EQ(responder.answer(transport_).failed.size(), 1U) << body;
  }
  EXPECT_FALSE(responder.verifier_round());
  tasks_ = R"({"evidence":[]})";
  EXPECT_TRUE(responder.answer(transport_).failed.empty());
  tasks_ = R"({"evidence":[],"round":7})";
  EXPECT_TRUE(responder.answer(transport_).failed.empty());
  EXPECT_EQ(responder.verifier_round(), 7U);
}

TEST_F(ResponderTest, HasASeamForAWorldThatCheats) {
  before_answering_ = [this](const Hash256& report, Bytes& bytes) {
    EXPECT_EQ(report, id_);
    bytes[0] ^= 1;
  };
  EvidenceResponder responder = this->responder();
  EXPECT_EQ(responder.answer(transport_).evidence, 1U);
  const auto chunks = decode_evidence(transport_.requests[1].body);
  ASSERT_TRUE(chunks);
  EXPECT_FALSE(
      join_evidence(*chunks, merkle_root_of_chunks(bytes_, kEvidenceChunkBytes), bytes_.size()));
}

TEST(EvidencePosts, StayBelowWhatTheVerifierTakes) {
  const Bytes snippet(2'000'000, 7);
  const std::vector<Bytes> posts = evidence_posts(snippet);
  EXPECT_EQ(posts.size(), 3U);
  std::vector<EvidenceChunk> all;
  for (const Bytes& post : posts) {
    EXPECT_LT(post.size(), 1U << 20);
    const auto chunks = decode_evidence(post);
    ASSERT_TRUE(chunks);
    all.insert(all.end(), chunks->begin(), chunks->end());
  }
  EXPECT_EQ(join_evidence(all, merkle_root_of_chunks(snippet, kEvidenceChunkBytes), snippet.size())
                .value_or(Bytes()),
            snippet);
}

}  // namespace
}  // namespace earshot::hotspot
